"""Runs an AgentOS with one or more databases: serve.py PORT DB_ID=DSN [DB_ID=DSN ...]

Each database gets one agent, one team and one workflow, through which AgentOS finds it. The variable ORACLE_AUTH may contain
a JSON object with `authorization`, `config` for an AuthorizationConfig, `service_accounts`, and `middleware` for a
JWTMiddleware that verifies tokens without scopes. ORACLE_HOST is the address to listen on (127.0.0.1).
"""

import json
import os
import sys

import uvicorn
from agno.agent import Agent
from agno.db.postgres import PostgresDb
from agno.os import AgentOS
from agno.os.config import AuthorizationConfig
from agno.os.middleware import JWTMiddleware
from agno.team import Team
from agno.workflow import Workflow
from starlette.middleware import Middleware

from echo_model import EchoModel


AUTH_OPTIONS = json.loads(os.environ.get("ORACLE_AUTH") or "{}")


def components(db_id: str, dsn: str):
    db = PostgresDb(id=db_id, db_url=dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    agent = Agent(id=f"agent-{db_id}", name=f"Agent {db_id}", model=EchoModel(), db=db)
    member = Agent(id=f"member-{db_id}", name="Member", model=EchoModel())
    team = Team(id=f"team-{db_id}", name=f"Team {db_id}", model=EchoModel(), members=[member], db=db)
    workflow = Workflow(id=f"workflow-{db_id}", name=f"Workflow {db_id}", db=db, steps=[agent])
    return agent, team, workflow


def authentication(db: PostgresDb) -> dict:
    """The AgentOS arguments for ORACLE_AUTH. AgentOS stores service accounts in its own `db`."""
    options = AUTH_OPTIONS
    if not options:
        return {}
    return {
        "authorization": options.get("authorization", False),
        "authorization_config": AuthorizationConfig(**options["config"]) if "config" in options else None,
        "db": db if options.get("service_accounts") else None,
    }


def main() -> None:
    port = int(sys.argv[1])
    built = [components(*spec.split("=", 1)) for spec in sys.argv[2:]]
    agents, teams, workflows = (list(kind) for kind in zip(*built))
    agent_os = AgentOS(
        id="oracle", agents=agents, teams=teams, workflows=workflows, telemetry=False, **authentication(agents[0].db)
    )
    app = agent_os.get_app()
    if "middleware" in AUTH_OPTIONS:
        app.user_middleware.append(Middleware(JWTMiddleware, **AUTH_OPTIONS["middleware"]))
    uvicorn.run(app, host=os.environ.get("ORACLE_HOST", "127.0.0.1"), port=port, log_level="warning")


if __name__ == "__main__":
    main()
