"""An agent of AgentOS that continues one session while others write to it: appending_agent.py DSN SESSION_ID COUNT

Run N asks `question N` and stores `{"count": N}` as session state.
"""

import sys
from pathlib import Path

from agno.agent import Agent
from agno.db.postgres import PostgresDb

sys.path.append(str(Path(__file__).parents[2] / "contract" / "oracle"))

from echo_model import EchoModel  # noqa: E402

dsn, session_id, count = sys.argv[1:]
db = PostgresDb(id="default", db_url=dsn.replace("postgresql://", "postgresql+psycopg://", 1))

for number in range(1, int(count) + 1):
    agent = Agent(id="appending", name="Appending", model=EchoModel(), db=db, telemetry=False)
    agent.run(f"question {number}", session_id=session_id, user_id="ann", session_state={"count": number})
