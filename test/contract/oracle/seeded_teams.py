"""Team and workflow sessions with members, nested teams, step results and all kinds of inputs."""

from agno.run.base import RunStatus
from agno.run.team import TeamRunInput, TeamRunOutput
from agno.run.workflow import WorkflowRunOutput
from agno.session import TeamSession, WorkflowSession
from agno.workflow.types import StepOutput

from frozen import NOON
from seeded_agents import RunMetrics, asked, only_known, said


def team_asked(run_id: str, text: str, number: int, **more) -> TeamRunOutput:
    values = dict(
        run_id=run_id,
        team_id="team-t",
        team_name="Team T",
        input=TeamRunInput(input_content=text),
        content=f"Team answer to {text}",
        messages=[said("system", "Lead.", number), said("user", text, number + 1), said("assistant", "Done", number + 2)],
        metrics=RunMetrics(input_tokens=70, output_tokens=30, total_tokens=100, duration=2.0),
        status=RunStatus.completed,
        created_at=NOON + number,
    )
    return TeamRunOutput(**only_known(TeamRunOutput, {**values, **more}))


def team_session(session_id: str, number: int, runs: list, **more) -> TeamSession:
    values = dict(
        session_id=session_id,
        team_id="team-t",
        user_id="ann",
        team_data={"team_id": "team-t", "name": "Team T", "mode": None},
        session_data={"session_state": {"round": 1.0}, "session_metrics": {"total_tokens": 100, "details": {"model": []}}},
        metadata={"framework": "agno"},
        created_at=NOON + number,
    )
    values.update(more)
    for run in runs:
        run.session_id = session_id
        run.user_id = getattr(run, "user_id", None) or values["user_id"]
    return TeamSession(runs=runs, **values)


def worked(run_id: str, task, number: int, **more) -> WorkflowRunOutput:
    step_run = asked(f"{run_id}-step", "Step question", number + 1, parent_run_id=run_id, workflow_id="flow-w")
    values = dict(
        run_id=run_id,
        workflow_id="flow-w",
        workflow_name="Flow W",
        input=task,
        content="Flow done",
        step_results=[StepOutput(step_name="one", step_id=f"{run_id}-s1", executor_type="agent", executor_name="A", content="step", step_run_id=step_run.run_id)],
        step_executor_runs=[step_run],
        metadata={"origin": None},
        status=RunStatus.completed,
        created_at=NOON + number,
    )
    return WorkflowRunOutput(**only_known(WorkflowRunOutput, {**values, **more}))


def workflow_session(session_id: str, number: int, runs: list, **more) -> WorkflowSession:
    values = dict(
        session_id=session_id,
        workflow_id="flow-w",
        user_id="bob",
        workflow_data={"workflow_id": "flow-w", "name": "Flow W"},
        session_data={"session_state": {"phase": "end"}},
        metadata={},
        created_at=NOON + number,
    )
    values.update(more)
    for run in runs:
        run.session_id = session_id
        run.user_id = getattr(run, "user_id", None) or values["user_id"]
    return WorkflowSession(runs=runs, **values)


def team_sessions() -> list:
    member = asked("run-member", "Member question", 1010, parent_run_id="run-team-1", agent_id="member-m")
    loose = asked("run-loose-member", "Loose member question", 1030, agent_id="member-m")
    inner = team_asked("run-inner-team", "Inner question", 1040, parent_run_id="run-team-1", team_id="team-inner")
    leader = team_asked("run-team-1", "Team question", 1000, member_responses=[member, inner])
    return [
        team_session("team-plain", 20, [leader, member, inner]),
        team_session("team-loose", 21, [loose, team_asked("run-team-2", "Second team question", 1050)]),
        team_session("team-paused", 22, [team_asked("run-team-3", "Wait", 1060, status=RunStatus.paused, content=None)]),
        team_session("team-structured", 23, [team_asked("run-team-4", "JSON", 1070, content={"x": None}, content_type="Plan")]),
        team_session("team-empty", 24, [], session_data=None, team_data=None, metadata=None),
    ]


def workflow_sessions() -> list:
    return [
        workflow_session("flow-text", 30, [worked("run-flow-text", "Plan a trip", 2000)]),
        workflow_session("flow-dict", 31, [worked("run-flow-dict", {"topic": "größe 🙂", "n": [1, None, 1.0]}, 2010)]),
        workflow_session("flow-list", 32, [worked("run-flow-list", ["a", None, 1.5, {"k": "it's"}], 2020)]),
        workflow_session("flow-none", 33, [worked("run-flow-none", None, 2030, step_executor_runs=None)]),
        workflow_session("flow-object-content", 34, [worked("run-flow-object", "JSON please", 2040, content={"r": [1]}, content_type="dict")]),
        workflow_session("flow-paused", 35, [worked("run-flow-paused", "Wait", 2050, status=RunStatus.paused, paused_step_index=0, paused_step_name="one")]),
        workflow_session("flow-empty", 36, [], session_data=None, workflow_data=None, metadata=None),
    ]
