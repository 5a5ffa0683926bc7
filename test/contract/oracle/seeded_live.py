"""Sessions written by running an agent, a team and a workflow with a model inside the process."""

from agno.agent import Agent
from agno.db.postgres import PostgresDb
from agno.team import Team
from agno.workflow import Workflow

from echo_model import EchoModel
from frozen import NOON, clock


def weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"rain in {city}"


def run_live_components(db: PostgresDb) -> None:
    quiet = dict(db=db, telemetry=False)
    agent = Agent(id="agent-live", name="Live agent", model=EchoModel(), tools=[weather], add_history_to_context=True, store_events=True, **quiet)
    member = Agent(id="member-live", name="Live member", model=EchoModel(), telemetry=False)
    team = Team(id="team-live", name="Live team", model=EchoModel(), members=[member], **quiet)
    flow = Workflow(id="flow-live", name="Live flow", steps=[agent], **quiet)

    clock.set(NOON + 30_000)
    agent.run("Good morning", run_id="run-live-1", session_id="live-agent", user_id="hugo", session_state={"seen": 1})
    clock.set(NOON + 30_060)
    agent.run("use:weather", run_id="run-live-2", session_id="live-agent", user_id="hugo")
    clock.set(NOON + 30_120)
    team.run("Work together", run_id="run-live-3", session_id="live-team", user_id="hugo")
    clock.set(NOON + 30_180)
    flow.run(input="Step by step", run_id="run-live-4", session_id="live-flow", user_id="hugo")
