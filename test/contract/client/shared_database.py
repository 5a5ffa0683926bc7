"""Tests Python and our service on one live database, to which both write alternately: shared_database.py BASE_URL DSN

Runs with agno 2.x (v2 tables) and 3.x (v3 tables). Agents run in Python; our service is used over HTTP.
"""

import sys
from pathlib import Path

import httpx
from agno.agent import Agent
from agno.db.base import SessionType
from agno.db.postgres import PostgresDb
from agno.team import Team
from agno.workflow import Workflow

sys.path.append(str(Path(__file__).parent.parent / "oracle"))

from checks import Checks, equal, scaled  # noqa: E402
from echo_model import EchoModel  # noqa: E402

base_url, dsn = sys.argv[1:]
http = httpx.Client(base_url=base_url, timeout=scaled(30))
db = PostgresDb(id="default", db_url=dsn.replace("postgresql://", "postgresql+psycopg://", 1))
check = Checks()


def new_agent() -> Agent:
    """Creates a new agent for every run, so that it knows earlier runs only from the database."""
    return Agent(id="both-agent", name="Both", model=EchoModel(), db=db, add_history_to_context=True, telemetry=False)


def ok(reply: httpx.Response):
    if reply.is_error:
        raise AssertionError(f"{reply.request.method} {reply.request.url} responded {reply.status_code}: {reply.text}")
    return reply.json() if reply.content else None


def in_python(session_id: str, kind: SessionType = SessionType.AGENT):
    return db.get_session(session_id=session_id, session_type=kind)


@check
def the_service_shows_a_run_of_a_python_agent():
    new_agent().run("First question", session_id="both-1", user_id="ann", session_state={"count": 1})
    detail = ok(http.get("/sessions/both-1"))
    equal((detail["session_name"], detail["session_state"]), ("First question", {"count": 1}))
    equal([message["role"] for message in detail["chat_history"]], ["user", "assistant"])
    equal([run["run_input"] for run in ok(http.get("/sessions/both-1/runs"))], ["First question"])
    equal(ok(http.get("/sessions?user_id=ann&component_id=both-agent"))["meta"]["total_count"], 1)


@check
def python_sees_and_keeps_a_name_set_by_the_service():
    ok(http.post("/sessions/both-1/rename", json={"session_name": "Renamed over HTTP"}))
    equal(in_python("both-1").session_data["session_name"], "Renamed over HTTP")
    new_agent().run("Second question", session_id="both-1", user_id="ann")
    detail = ok(http.get("/sessions/both-1"))
    equal((detail["session_name"], detail["session_state"]), ("Renamed over HTTP", {"count": 1}))
    equal(len(ok(http.get("/sessions/both-1/runs"))), 2)
    equal(len(in_python("both-1").runs), 2)


@check
def python_sees_and_keeps_fields_patched_by_the_service():
    ok(http.patch("/sessions/both-1", json={
        "session_state": {"count": 41}, "metadata": {"vip": True},
        "summary": {"summary": "So far so good.", "topics": ["x"], "updated_at": "2025-10-21T14:30:00Z"},
    }))
    seen = in_python("both-1")
    equal((seen.session_data["session_state"], seen.metadata, seen.summary.summary), ({"count": 41}, {"vip": True}, "So far so good."))
    equal(len(seen.runs), 2)
    new_agent().run("Third question", session_id="both-1", user_id="ann")
    detail = ok(http.get("/sessions/both-1"))
    equal((detail["session_state"], detail["metadata"], detail["session_summary"]["summary"]), ({"count": 41}, {"vip": True}, "So far so good."))
    equal(len(ok(http.get("/sessions/both-1/runs"))), 3)


@check
def a_python_agent_continues_a_session_created_by_the_service():
    ok(http.post("/sessions", json={"session_id": "both-2", "agent_id": "both-agent", "user_id": "ann", "session_state": {"from": "http"}, "metadata": {"m": 1}}))
    equal(in_python("both-2").session_data, {"session_state": {"from": "http"}})
    new_agent().run("Hello again", session_id="both-2", user_id="ann")
    detail = ok(http.get("/sessions/both-2"))
    equal((detail["session_name"], detail["session_state"], detail["metadata"]), ("Hello again", {"from": "http"}, {"m": 1}))


@check
def a_python_agent_continues_an_empty_session_created_by_the_service():
    made = ok(http.post("/sessions"))["session_id"]
    new_agent().run("Into the void", session_id=made)
    equal(ok(http.get(f"/sessions/{made}"))["session_name"], "Into the void")


@check
def a_team_session_is_shared_in_both_directions():
    ok(http.post("/sessions?type=team", json={"session_id": "both-3", "team_id": "both-team", "user_id": "ann", "session_name": "Team talk"}))
    member = Agent(id="both-member", name="Member", model=EchoModel(), telemetry=False)
    team = Team(id="both-team", name="Both team", model=EchoModel(), members=[member], db=db, telemetry=False)
    team.run("Work", session_id="both-3", user_id="ann")
    detail = ok(http.get("/sessions/both-3"))
    equal((detail["session_name"], detail["team_id"]), ("Team talk", "both-team"))
    equal(ok(http.get("/sessions/both-3/runs"))[0]["run_input"], "Work")
    ok(http.patch("/sessions/both-3", json={"metadata": {"t": 1}}))
    equal((in_python("both-3", SessionType.TEAM).metadata, len(in_python("both-3", SessionType.TEAM).runs)), ({"t": 1}, 1))


@check
def a_workflow_session_is_shared_in_both_directions():
    ok(http.post("/sessions?type=workflow", json={"session_id": "both-4", "workflow_id": "both-flow", "session_name": "Flow"}))
    flow = Workflow(id="both-flow", name="Both flow", steps=[new_agent()], db=db, telemetry=False)
    flow.run(input="Do it", session_id="both-4")
    equal([run["run_input"] for run in ok(http.get("/sessions/both-4/runs"))], ["Do it"])
    ok(http.post("/sessions/both-4/rename", json={"session_name": "Flow renamed"}))
    seen = in_python("both-4", SessionType.WORKFLOW)
    equal((seen.session_data["session_name"], len(seen.runs)), ("Flow renamed", 1))


@check
def big_numbers_survive_a_rename_by_the_service():
    session = in_python("both-2")
    session.session_data["session_state"]["big"] = 123456789012345678901234567890
    db.upsert_session(session)
    ok(http.post("/sessions/both-2/rename", json={"session_name": "Numbers"}))
    ok(http.patch("/sessions/both-2", json={"metadata": {}}))
    equal(in_python("both-2").session_data["session_state"]["big"], 123456789012345678901234567890)


@check
def python_does_not_find_sessions_deleted_by_the_service():
    ok(http.delete("/sessions/both-1"))
    equal(in_python("both-1"), None)
    ok(http.request("DELETE", "/sessions", json={"session_ids": ["both-3"], "session_types": ["team"]}))
    equal(in_python("both-3", SessionType.TEAM), None)
    new_agent().run("Born again", session_id="both-1", user_id="ann")
    equal([run["run_input"] for run in ok(http.get("/sessions/both-1/runs"))], ["Born again"])


@check
def the_service_does_not_find_sessions_deleted_by_python():
    db.delete_session("both-2")
    db.delete_sessions(["both-1", "both-4"])
    equal([http.get(f"/sessions/both-{number}").status_code for number in (1, 2, 4)], [404, 404, 404])
    equal(ok(http.get("/sessions?user_id=ann&component_id=both-agent"))["meta"]["total_count"], 0)


sys.exit(check.run())
