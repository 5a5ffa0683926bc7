"""A model that responds inside the process, so that agents, teams and workflows run without a network."""

from agno.models.base import Model
from agno.models.response import ModelResponse

try:
    from agno.metrics import MessageMetrics as UsageMetrics
except ImportError:  # agno 2.x
    from agno.models.metrics import Metrics as UsageMetrics


class EchoModel(Model):
    """Repeats the last user message. A message `use:TOOL` makes it call that tool once first."""

    def __init__(self) -> None:
        super().__init__(id="echo-1", name="EchoModel", provider="Local")

    def invoke(self, messages, assistant_message, **_kwargs) -> ModelResponse:
        usage = UsageMetrics(input_tokens=11, output_tokens=5, total_tokens=16)
        asked = next((str(m.content) for m in reversed(messages) if m.role == "user" and not m.from_history), "")
        if asked.startswith("use:") and messages[-1].role != "tool":
            call = {"id": "call-1", "type": "function", "function": {"name": asked[4:], "arguments": '{"city": "Ulm"}'}}
            return ModelResponse(role="assistant", tool_calls=[call], response_usage=usage)
        return ModelResponse(role="assistant", content=f"You said: {asked}", response_usage=usage)

    async def ainvoke(self, messages, assistant_message, **kwargs) -> ModelResponse:
        return self.invoke(messages, assistant_message, **kwargs)

    def invoke_stream(self, messages, assistant_message, **kwargs):
        yield self.invoke(messages, assistant_message, **kwargs)

    async def ainvoke_stream(self, messages, assistant_message, **kwargs):
        yield self.invoke(messages, assistant_message, **kwargs)

    def _parse_provider_response(self, response, **_kwargs) -> ModelResponse:
        return response

    def _parse_provider_response_delta(self, response) -> ModelResponse:
        return response
