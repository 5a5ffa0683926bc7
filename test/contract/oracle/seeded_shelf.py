"""Many small sessions for paging, sorting and filtering, and sessions with ids and names that need escaping."""

from agno.session import AgentSession, TeamSession, WorkflowSession

from frozen import NOON

NAMES = ["100% sure", "snake_case", "back\\slash", "Ünïcode", "quote's", "ends with %", "a;b&c=d", "  spaced  "]


def shelf_sessions() -> list:
    """24 sessions that alternate between users and components. All times differ, so that every sort order is unique."""
    sessions = []
    for place in range(24):
        values = dict(
            session_id=f"shelf-{place:02}",
            user_id=["carl", "dora", "emil"][place % 3],
            session_data={
                "session_name": NAMES[place % len(NAMES)] + f" {place}",
                "session_state": {"place": place},
                "session_metrics": {"total_tokens": place * 3},
            },
            metadata={"place": place},
            created_at=NOON + 10_000 + 60 * place,
        )
        component = f"part-{place % 4}"
        if place % 3 == 0:
            sessions.append(AgentSession(agent_id=component, agent_data={"name": component}, **values))
        elif place % 3 == 1:
            sessions.append(TeamSession(team_id=component, team_data={"name": component}, **values))
        else:
            sessions.append(WorkflowSession(workflow_id=component, workflow_data={"name": component}, **values))
    return sessions


HARD_IDS = [
    "with space",
    "with/slash",
    "percent%2Fliteral",
    "plus+plus",
    "ümläut-🙂",
    "dots..dots",
    "...",
    "semi;colon=x&y",
    "question?mark#hash",
    "quote'\"quote",
    "long-" + "x" * 995,
]


def hard_id_sessions() -> list:
    return [
        AgentSession(
            session_id=session_id,
            agent_id="agent-a",
            user_id="gina",
            session_data={"session_name": f"Hard {place}"},
            created_at=NOON + 20_000 + place,
        )
        for place, session_id in enumerate(HARD_IDS)
    ]
