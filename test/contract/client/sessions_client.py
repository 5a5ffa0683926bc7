"""Tests our service with agno's public HTTP client: sessions_client.py BASE_URL [behind-agentos]

The service serves a seeded v3 database (see `oracle/seed.py`) with the db_id `default`.
"""

import sys

import httpx
from agno.client import AgentOSClient
from agno.db.base import SessionType
from agno.os.schema import (
    AgentSessionDetailSchema,
    InfoResponse,
    RunSchema,
    TeamRunSchema,
    TeamSessionDetailSchema,
    WorkflowRunSchema,
    WorkflowSessionDetailSchema,
)
from agno.remote.base import RemoteDb

from checks import Checks, equal, scaled

client = AgentOSClient(sys.argv[1], timeout=scaled(60))
remote = RemoteDb.from_config(db_id="default", client=client, config=client.get_config())
check = Checks()
# Behind a gateway, an AgentOS responds to these.
standalone_check = check if len(sys.argv) == 2 else lambda function: function

KINDS = [
    (SessionType.AGENT, "agent_id", AgentSessionDetailSchema),
    (SessionType.TEAM, "team_id", TeamSessionDetailSchema),
    (SessionType.WORKFLOW, "workflow_id", WorkflowSessionDetailSchema),
]


async def status_of(call) -> int:
    try:
        await call
        return 200
    except httpx.HTTPStatusError as error:
        return error.response.status_code


@standalone_check
def remote_db_comes_from_the_config():
    equal((remote.id, remote.session_table_name), ("default", "agno_sessions"))
    equal((remote.memory_table_name, remote.knowledge_table_name, remote.traces_table_name), (None, None, None))


@standalone_check
async def get_config():
    config = await client.aget_config()
    equal((config.databases, config.os_database, config.interfaces), (["default"], "default", []))
    equal({agent.id: agent.name for agent in config.agents}.get("agent-a"), "Agent A")
    equal({component.db_id for component in [*config.agents, *config.teams, *config.workflows]}, {"default"})
    assert config.teams and config.workflows


@standalone_check
async def list_components_whose_sessions_can_be_listed():
    agents = await client.list_agents()
    equal([agent.id for agent in agents], [agent.id for agent in (await client.aget_config()).agents])
    for agent in agents:
        page = await client.get_sessions(
            session_type=SessionType.AGENT, component_id=agent.id, db_id=agent.db_id, table=remote.session_table_name
        )
        assert page.meta.total_count > 0, agent.id
    for listed in (await client.list_teams(), await client.list_workflows()):
        assert listed and all(component.db_id == remote.id for component in listed), listed


@standalone_check
async def get_info():
    info = InfoResponse.model_validate(await client._aget("/info"))
    equal((info.agno_version, info.auth_mode, info.user_isolation), ("3.1.10", "none", False))
    equal(info.agent_count, len(await client.list_agents()))


@check
async def create_session_of_each_type():
    for kind, component, schema in KINDS:
        made = await client.create_session(
            session_type=kind, session_id=f"client-{kind.value}", user_id="client", session_name="Made",
            session_state={"n": 1, "none": None}, metadata={"m": True}, **{component: "part"},
        )
        assert isinstance(made, schema), made
        equal((made.session_id, made.session_name, getattr(made, component)), (f"client-{kind.value}", "Made", "part"))
        equal(made.session_state, {"n": 1, "none": None})


@check
async def create_session_without_a_body_generates_an_id():
    made = await client.create_session()
    equal(len(made.session_id), 36)
    await client.delete_session(made.session_id)


@check
async def create_session_responds_409_to_a_taken_id():
    equal(await status_of(client.create_session(session_id="client-agent")), 409)


@check
async def get_sessions():
    page = await client.get_sessions(user_id="client", sort_by="created_at", sort_order="desc", limit=2, page=1)
    equal((page.meta.total_count, page.meta.total_pages, len(page.data)), (3, 2, 2))
    every = await client.get_sessions(limit=100)
    assert every.meta.total_count >= 60


@check
async def get_sessions_with_every_filter():
    page = await client.get_sessions(
        session_type=SessionType.TEAM, component_id="part", user_id="client", session_name="mad", db_id="default",
        table="agno_sessions",
    )
    equal([session.session_id for session in page.data], ["client-team"])


@check
async def get_session_of_each_type():
    for session_id, schema in (("agent-plain", AgentSessionDetailSchema), ("team-plain", TeamSessionDetailSchema), ("flow-text", WorkflowSessionDetailSchema)):
        assert isinstance(await client.get_session(session_id), schema)
    equal((await client.get_session("agent-plain", SessionType.AGENT)).session_name, "What is new?")
    equal((await client.get_session("flow-text", session_type=SessionType.WORKFLOW, user_id="bob", db_id="default")).session_name, "Plan a trip")


@check
async def get_session_responds_404_to_an_unknown_id_or_another_user():
    equal(await status_of(client.get_session("nope")), 404)
    equal(await status_of(client.get_session("agent-plain", user_id="bob")), 404)


@check
async def get_session_runs():
    equal([run.run_id for run in await client.get_session_runs("agent-plain")], ["run-plain-1", "run-plain-2"])
    kinds = [type(run) for run in await client.get_session_runs("team-plain")]
    equal(kinds, [TeamRunSchema, RunSchema, TeamRunSchema])
    assert isinstance((await client.get_session_runs("flow-text"))[0], WorkflowRunSchema)


@check
async def get_session_runs_with_filters():
    runs = await client.get_session_runs("agent-statuses", created_after=1750000210, created_before=1750000230)
    equal(len(runs), 3)
    equal(await client.get_session_runs("agent-empty"), [])


@check
def get_session_run_previews():
    previews = client.get_session_run_previews("agent-statuses", status=["paused", "ERROR"])
    equal(sorted(preview.status for preview in previews), ["ERROR", "PAUSED"])
    equal(len(client.get_session_run_previews("agent-structured")[-1].run_input), 280)


@check
async def aget_session_run_previews():
    equal([preview.run_id for preview in await client.aget_session_run_previews("flow-text")], ["run-flow-text"])


@check
async def get_session_run_of_each_type():
    equal((await client.get_session_run("agent-rich", "run-tools")).tools[0]["tool_name"], "weather")
    assert isinstance(await client.get_session_run("team-plain", "run-team-1"), TeamRunSchema)
    assert isinstance(await client.get_session_run("flow-text", "run-flow-text"), WorkflowRunSchema)
    equal(await status_of(client.get_session_run("agent-plain", "nope")), 404)


@check
async def rename_session():
    for kind, _, schema in KINDS:
        renamed = await client.rename_session(f"client-{kind.value}", "Renamed ü", kind)
        assert isinstance(renamed, schema)
        equal(renamed.session_name, "Renamed ü")
    equal(await status_of(client.rename_session("nope", "x")), 404)


@check
async def update_session():
    changed = await client.update_session(
        "client-agent", session_name="Changed", session_state={"s": [1, None]}, metadata={"k": "v"},
        summary={"summary": "They met.", "topics": ["a"], "updated_at": "2025-10-21T14:30:00Z"},
    )
    equal((changed.session_name, changed.session_state, changed.metadata), ("Changed", {"s": [1, None]}, {"k": "v"}))
    equal(changed.session_summary["summary"], "They met.")
    again = await client.get_session("client-agent")
    equal(again.session_summary["updated_at"], "2025-10-21T14:30:00+00:00")


@check
async def remote_db_supports_all_operations():
    made = await remote.create_session(session_id="remote-1", agent_id="part", user_id="remote", db_id=remote.id)
    equal(made.session_id, "remote-1")
    equal((await remote.get_sessions(user_id="remote", db_id="default", table=remote.session_table_name)).meta.total_count, 1)
    equal((await remote.rename_session("remote-1", "R", session_type=SessionType.AGENT)).session_name, "R")
    equal((await remote.update_session("remote-1", session_state={"a": 1})).session_state, {"a": 1})
    equal((await remote.get_session("remote-1")).session_name, "R")
    equal(await remote.get_session_runs("remote-1"), [])
    equal((await remote.get_session_run("agent-plain", "run-plain-1")).run_id, "run-plain-1")
    await remote.delete_session("remote-1")
    equal(await status_of(remote.get_session("remote-1")), 404)


@check
async def delete_session():
    await client.delete_session("client-agent")
    equal(await status_of(client.get_session("client-agent")), 404)
    await client.delete_session("client-agent")


@check
async def delete_sessions():
    await client.delete_sessions(["client-team", "client-workflow"], [SessionType.TEAM, SessionType.WORKFLOW], user_id="client")
    equal((await client.get_sessions(user_id="client")).meta.total_count, 0)


@check
async def remote_db_deletes_several_sessions():
    for number in (1, 2):
        await remote.create_session(session_id=f"remote-{number}", user_id="remote")
    await remote.delete_sessions(["remote-1", "remote-2"], [SessionType.AGENT, SessionType.AGENT])
    equal((await remote.get_sessions(user_id="remote")).meta.total_count, 0)


sys.exit(check.run())
