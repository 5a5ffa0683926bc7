"""Fills an empty database through the classes of the installed agno: seed.py DSN STAGE

STAGE `all` writes all sessions. STAGE `later` writes the additions of agno 3.x to a database filled by 2.x (the mixed
layout): new runs, and a newer copy of a run that the 2.x runs column also contains.
"""

import sys

from frozen import NOON, clock, freeze_modules  # first, because it freezes time and ids for all following imports

from agno.db.postgres import PostgresDb
from agno.run.base import RunStatus

from seeded_agents import agent_sessions, asked
from seeded_live import run_live_components
from seeded_shelf import hard_id_sessions, shelf_sessions
from seeded_teams import team_asked, team_sessions, worked, workflow_sessions


def store(db: PostgresDb, session) -> None:
    """agno 2.x stores the runs with the session, 3.x in a separate table."""
    clock.set(session.created_at + 5)
    db.upsert_session(session)
    if hasattr(db, "upsert_run"):
        for place, run in enumerate(session.runs or []):
            db.upsert_run(run, session_id=session.session_id, user_id=session.user_id, run_index=place)
    db.upsert_session(session)  # an update, so that updated_at differs from created_at


def seed_all(db: PostgresDb) -> None:
    for make in (agent_sessions, team_sessions, workflow_sessions, shelf_sessions, hard_id_sessions):
        for session in make():
            store(db, session)
    run_live_components(db)


def seed_later(db: PostgresDb) -> None:
    def add(run, session_id: str, user_id: str, run_index=None) -> None:
        run.session_id, run.user_id = session_id, user_id
        db.upsert_run(run, session_id=session_id, user_id=user_id, run_index=run_index)

    clock.set(NOON + 40_000)
    add(asked("run-plain-2", "And then? (rewritten)", 20, status=RunStatus.error), "agent-plain", "ann", 1)
    add(asked("run-plain-3", "Written later", 30), "agent-plain", "ann")
    add(asked("run-empty-1", "First of all", 700), "agent-empty", "ann")
    add(team_asked("run-team-5", "Team later", 1100), "team-plain", "ann")
    add(worked("run-flow-later", "Flow later", 2100), "flow-text", "bob")


def main() -> None:
    dsn, stage = sys.argv[1:]
    freeze_modules("agno.db.postgres.postgres", "agno.workflow.workflow")
    db = PostgresDb(id="default", db_url=dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    seed_all(db) if stage == "all" else seed_later(db)


if __name__ == "__main__":
    main()
