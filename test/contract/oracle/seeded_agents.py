"""Agent sessions with every kind of run that agno's classes support. All ids and times are fixed."""

from dataclasses import fields

from agno.media import Audio, File, Image, Video
from agno.models.message import Citations, DocumentCitation, Message, MessageReferences, UrlCitation
from agno.models.response import ToolExecution
from agno.reasoning.step import NextAction, ReasoningStep
from agno.run.agent import RunCompletedEvent, RunContentEvent, RunInput, RunOutput, RunStartedEvent
from agno.run.base import RunStatus
from agno.session import AgentSession
from agno.session.summary import SessionSummary

from frozen import NOON

try:
    from agno.metrics import MessageMetrics, RunMetrics
except ImportError:  # until agno 2.4
    from agno.models.metrics import Metrics as MessageMetrics
    from agno.models.metrics import Metrics as RunMetrics

PIXEL = bytes.fromhex("89504e470d0a1a0a0000")


def only_known(cls, values: dict) -> dict:
    """Drops fields that the installed version of agno does not have."""
    known = {field.name for field in fields(cls)}
    return {key: value for key, value in values.items() if key in known}


def said(role: str, content, number: int, **more) -> Message:
    return Message(id=f"m-{number}", role=role, content=content, created_at=NOON + number, **more)


def asked(run_id: str, text: str, number: int, **more) -> RunOutput:
    """Returns a completed run with a system prompt, a question and an answer."""
    values = dict(
        run_id=run_id,
        agent_id="agent-a",
        agent_name="Agent A",
        input=RunInput(input_content=text),
        content=f"Answer to {text}",
        model="echo-1",
        model_provider="Local",
        messages=[
            said("system", "Be brief.", number),
            said("user", text, number + 1),
            said(
                "assistant",
                f"Answer to {text}",
                number + 2,
                metrics=MessageMetrics(input_tokens=7, output_tokens=3, total_tokens=10, time_to_first_token=0.25),
            ),
        ],
        metrics=RunMetrics(input_tokens=7, output_tokens=3, total_tokens=10, duration=1.5),
        status=RunStatus.completed,
        created_at=NOON + number,
    )
    return RunOutput(**only_known(RunOutput, {**values, **more}))


def session(session_id: str, number: int, runs: list, **more) -> AgentSession:
    values = dict(
        session_id=session_id,
        agent_id="agent-a",
        user_id="ann",
        agent_data={"agent_id": "agent-a", "name": "Agent A", "model": {"id": "echo-1", "provider": "Local", "temperature": None}},
        session_data={
            "session_state": {"step": number, "note": None},
            "session_metrics": {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10, "cost": None},
        },
        created_at=NOON + number,
    )
    values.update(more)
    for run in runs:
        run.session_id = session_id
        run.user_id = getattr(run, "user_id", None) or values["user_id"]
    return AgentSession(runs=runs, **values)


def media_run() -> RunOutput:
    image = Image(id="img-1", content=PIXEL, mime_type="image/png", alt_text="a pixel", detail="low")
    linked = Image(id="img-2", url="https://pictures.example/cat.png", metadata={"k": 1})
    audio = Audio(id="aud-1", content=b"RIFF0000", format="wav", transcript="hello", duration=1.5)
    video = Video(id="vid-1", url="https://pictures.example/cat.mp4", width=640, height=480, fps=29.97)
    file = File(id="fil-1", content=b"a,b\n1,2\n", mime_type="text/csv", filename="t.csv", name="t")
    pathed = File(id="fil-2", filepath="notes/readme.txt", size=12, format="txt")
    return asked(
        "run-media",
        "Look at this",
        100,
        input=RunInput(input_content="Look at this", images=[image, linked], audios=[audio], videos=[video], files=[file]),
        messages=[
            said("user", "Look at this", 101, images=[image, linked], audio=[audio], videos=[video], files=[file, pathed]),
            said("assistant", "Seen", 102, audio_output=audio, image_output=image),
        ],
        images=[image],
        videos=[video],
        audio=[audio],
        files=[file],
        response_audio=audio,
    )


def tool_run() -> RunOutput:
    call = {"id": "call-7", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Ulm"}'}}
    tool = ToolExecution(
        tool_call_id="call-7", tool_name="weather", tool_args={"city": "Ulm", "days": [1, None, 2.5]},
        result="rain", created_at=NOON + 111, tool_call_error=False,
    )
    answer = {"tool_call_id": "call-7", "tool_name": "weather", "tool_args": {"city": "Ulm"}, "tool_call_error": False}
    return asked(
        "run-tools",
        "Weather in Ulm?",
        110,
        messages=[
            said("developer", "Use tools.", 110),
            said("user", "Earlier question", 111, from_history=True),
            said("user", "Weather in Ulm?", 112, name="ann"),
            said("assistant", None, 113, tool_calls=[call], provider_data={"response_id": "r", "none": None}),
            said("tool", "rain", 114, compressed_content="r", stop_after_tool_call=True, **answer),
            said("assistant", "Rain.", 115, reasoning_content="thought", redacted_reasoning_content="xxx"),
        ],
        tools=[tool],
    )


def reasoning_run() -> RunOutput:
    step = ReasoningStep(title="One", action="I look", result="Seen", reasoning="because", next_action=NextAction.FINAL_ANSWER, confidence=0.9)
    found = MessageReferences(query="q", references=[{"name": "doc", "meta": None}, "text"], time=0.125)
    cited = Citations(
        raw={"k": [1, None]}, search_queries=["q"], urls=[UrlCitation(url="https://pages.example/a", title=None)],
        documents=[DocumentCitation(document_title="D", cited_text="t", file_name="d.pdf")],
    )
    return asked(
        "run-reasoning",
        "Think hard",
        120,
        reasoning_content="step by step",
        reasoning_steps=[step],
        reasoning_messages=[said("assistant", "thinking", 121)],
        references=[found],
        citations=cited,
        followups=["And now?", ""],
        metadata={"tags": ["a"], "none": None},
        session_state={"after": 1.0, "none": None},
        messages=[said("user", "Think hard", 122, references=found), said("assistant", "Done", 123, citations=cited)],
        model_provider_data={"id": "x"},
        additional_input=[said("user", "extra", 124)],
    )


def event_run() -> RunOutput:
    common = dict(run_id="run-events", session_id="agent-rich", agent_id="agent-a", agent_name="Agent A", created_at=NOON + 130)
    events = [RunStartedEvent(model="echo-1", **common), RunContentEvent(content="Hi", **common), RunCompletedEvent(content="Hi", **common)]
    return asked("run-events", "With events", 130, events=events)


def agent_sessions() -> list:
    statuses = [
        asked(f"run-status-{status.value.lower()}", f"A {status.value} run", 200 + 10 * place, status=status)
        for place, status in enumerate(RunStatus)
    ]
    lineage = [
        asked("run-original", "First try", 300, status=RunStatus.completed),
        asked("run-fork", "Second try", 310, forked_from_run_id="run-original", forked_from_message_index=1, forked_from_session_id="agent-rich"),
        asked("run-regenerated", "Third try", 320, regenerated_from="run-original", last_checkpoint_at_message_index=2),
    ]
    checkpointed = lineage[2].messages[1]
    checkpointed.checkpoint_status, checkpointed.checkpoint_created_at = "PAUSED", NOON + 321
    introduction = asked("run-introduction", "", 400, messages=[said("assistant", "Hello, I am A. Grüße 🙂", 401)])
    structured = [
        asked("run-structured", "Give JSON", 410, content={"b": 1, "a": [None, 2.0], "ü": "é"}, content_type="Report"),
        asked("run-list-input", "x", 420, input=RunInput(input_content=["a", 1, None, True, 2.5, "it's", {"k": 'v"'}])),
        asked("run-dict-input", "x", 430, input=RunInput(input_content={"topic": "größe", "n": [1, None]})),
        asked("run-message-input", "x", 440, input=RunInput(input_content=[said("user", "inner", 441)])),
        asked("run-no-input", "Only a message", 450, input=None),
        asked("run-no-content", "Nothing said", 460, content=None),
        asked("run-long", "L" * 300, 470, content="ä" * 279 + "🙂🙂"),
    ]
    members = [
        asked("run-parent", "Parent", 500),
        asked("run-child", "Child", 510, parent_run_id="run-parent", agent_id="agent-b"),
        asked("run-empty-parent", "Empty parent", 520, parent_run_id=""),
    ]
    return [
        session("agent-plain", 1, [asked("run-plain-1", "What is new?", 10), asked("run-plain-2", "And then?", 20)]),
        session("agent-rich", 2, [media_run(), tool_run(), reasoning_run(), event_run()]),
        session("agent-statuses", 3, statuses),
        session("agent-lineage", 4, lineage),
        session("agent-introduction", 5, [introduction, asked("run-question", "A real question", 405)]),
        session("agent-structured", 6, structured),
        session("agent-members", 7, members),
        session("agent-empty", 8, [], session_data=None, agent_data=None),
        session("agent-summary", 9, [], user_id="bob", summary=SessionSummary(summary="They talked.", topics=["a", "b"])),
        session("agent-framework", 10, [asked("run-framework", "From elsewhere", 600)], agent_data={"framework": "langgraph"}, metadata={"k": None, "sdk": "mine", "z": 1}),
        session("agent-sdk", 11, [asked("run-sdk", "Claude speaking", 610)], agent_data={"sdk": "claude", "framework": "other"}),
        session("agent-named", 12, [asked("run-named", "Not the name", 620)], session_data={"session_name": "Größe & 🙂 <b>", "session_state": {}}),
        session("agent-blank-name", 13, [asked("run-blank", "Hidden question", 630)], session_data={"session_name": ""}),
    ]
