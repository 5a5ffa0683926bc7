"""Tests agno's remote classes through a gateway in front of an AgentOS and our service: gateway_client.py GATEWAY AGENTOS

AgentOS and the service serve the same seeded v3 database with the db_id `default`.
"""

import sys

import httpx
from agno.agent import RemoteAgent
from agno.client import AgentOSClient
from agno.remote.base import RemoteDb
from agno.run.agent import RunCompletedEvent, RunContentEvent, RunStartedEvent
from agno.team import RemoteTeam
from agno.workflow import RemoteWorkflow

from checks import Checks, equal, scaled

gateway, agent_os = sys.argv[1:]
client = AgentOSClient(gateway, timeout=scaled(60))
direct = AgentOSClient(agent_os, timeout=scaled(60))
agent = RemoteAgent(gateway, agent_id="agent-default", timeout=scaled(60))
check = Checks()


def served_by_us(path: str) -> bool:
    """Only our service adds the request id to its responses."""
    return "x-request-id" in httpx.get(gateway + path, timeout=scaled(60)).headers


def equal_models(actual, expected) -> None:
    equal([model.model_dump() for model in actual], [model.model_dump() for model in expected])


@check
async def routes_of_agentos_and_of_the_service_have_one_address():
    equal([served_by_us(path) for path in ("/config", "/agents", "/sessions", "/sessions/agent-plain")], [False, False, True, True])


@check
async def remote_db_from_config_reads_the_sessions_of_its_table():
    config = await client.aget_config()
    equal(config, await direct.aget_config())
    remote = RemoteDb.from_config(db_id="default", client=client, config=config)
    equal((remote.id, remote.session_table_name), ("default", "agno_sessions"))
    page = await remote.get_sessions(db_id=remote.id, table=remote.session_table_name, limit=100)
    expected = await direct.get_sessions(db_id="default", table="agno_sessions", limit=100)
    equal(page.meta.total_count, expected.meta.total_count)
    equal_models(page.data, expected.data)


@check
async def a_streamed_run_of_a_remote_agent_is_read_from_the_service():
    events = [event async for event in agent.arun("Hello", stream=True, stream_events=True, session_id="streamed", user_id="eve")]
    kinds = [type(event) for event in events]
    equal((kinds[0], RunContentEvent in kinds, kinds[-1]), (RunStartedEvent, True, RunCompletedEvent))
    equal("".join(event.content for event in events if type(event) is RunContentEvent), "You said: Hello")
    await the_session_equals_that_of_agentos("streamed", [events[0].run_id])


@check
async def a_second_run_without_streaming_is_read_from_the_service():
    first = [run.run_id for run in await client.get_session_runs("streamed")]
    run = await agent.arun("And again", session_id="streamed", user_id="eve")
    equal(run.content, "You said: And again")
    await the_session_equals_that_of_agentos("streamed", [*first, run.run_id])


@check
async def a_session_that_the_service_has_changed_is_continued_by_a_remote_agent():
    await agent.db.rename_session("streamed", "Named by the service")
    run = await agent.arun("Still there?", session_id="streamed", user_id="eve")
    equal((await client.get_session("streamed")).session_name, "Named by the service")
    equal((await client.get_session_runs("streamed"))[-1].run_id, run.run_id)


@check
async def streamed_runs_of_a_remote_team_and_workflow_are_read_from_the_service():
    team = RemoteTeam(gateway, team_id="team-default", timeout=scaled(60))
    workflow = RemoteWorkflow(gateway, workflow_id="workflow-default", timeout=scaled(60))
    for session_id, remote in (("streamed-team", team), ("streamed-workflow", workflow)):
        events = [event async for event in remote.arun("Work", stream=True, stream_events=True, session_id=session_id, user_id="eve")]
        await the_session_equals_that_of_agentos(session_id, [events[0].run_id])


@check
async def a_session_that_was_deleted_through_the_service_is_gone_for_agentos():
    for session_id in ("streamed", "streamed-team", "streamed-workflow"):
        await client.delete_session(session_id)
    equal((await direct.get_sessions(user_id="eve")).meta.total_count, 0)


async def sessions_by_id(each: AgentOSClient) -> list:
    """AgentOS leaves the order of sessions that were created in the same second undefined."""
    return sorted((await each.get_sessions(user_id="eve")).data, key=lambda session: session.session_id)


async def the_session_equals_that_of_agentos(session_id: str, run_ids: list) -> None:
    for path in (f"/sessions/{session_id}", f"/sessions/{session_id}/runs", "/sessions?user_id=eve"):
        assert served_by_us(path), path
    found = await client.get_session(session_id)
    equal(found.model_dump(), (await direct.get_session(session_id)).model_dump())
    runs = await client.get_session_runs(session_id)
    equal_models(runs, await direct.get_session_runs(session_id))
    equal([run.run_id for run in runs if not getattr(run, "parent_run_id", None)], run_ids)
    previews = await client.aget_session_run_previews(session_id)
    equal_models(previews, await direct.aget_session_run_previews(session_id))
    equal_models(*[await sessions_by_id(each) for each in (client, direct)])


sys.exit(check.run())
