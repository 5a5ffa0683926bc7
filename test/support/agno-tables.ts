/** SQL that creates the sessions table as agno 2.x does, with runs in a column. */
export const V2_TABLES = `CREATE SCHEMA ai;
  CREATE TABLE ai.agno_sessions (session_id varchar PRIMARY KEY, session_type varchar NOT NULL, agent_id varchar,
    team_id varchar, workflow_id varchar, user_id varchar, session_data jsonb, agent_data jsonb, team_data jsonb,
    workflow_data jsonb, metadata jsonb, runs jsonb, summary jsonb, created_at bigint NOT NULL, updated_at bigint);`;

/** SQL that creates the sessions table as agno 2.0 to 2.2 did, with columns of type json. */
export const V2_JSON_TABLES = V2_TABLES.replaceAll('jsonb', 'json').replace(
  'session_id varchar PRIMARY KEY',
  'session_id varchar NOT NULL CONSTRAINT uq_session_id UNIQUE',
);

/** SQL that adds the runs table of agno 3.x to a 2.x database. */
export const UPGRADE_TO_V3 = `CREATE TABLE ai.agno_runs (run_id varchar PRIMARY KEY,
    session_id varchar NOT NULL REFERENCES ai.agno_sessions (session_id) ON DELETE CASCADE, run_type varchar NOT NULL,
    agent_id varchar, team_id varchar, workflow_id varchar, user_id varchar, parent_run_id varchar, status varchar,
    run_index bigint, run_data jsonb NOT NULL, created_at bigint NOT NULL, updated_at bigint);`;
