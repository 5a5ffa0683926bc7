import pg from 'pg';
import { V2_TABLES } from '../support/agno-tables.js';
import type { DatabaseServer } from '../support/postgres.js';
import type { SessionValue } from './shapes/index.js';

/** Storage layout of runs: `v3` in rows of the runs table, `v2` in a column of the session. */
export const LAYOUTS = ['v3', 'v2'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface StoredSession {
  readonly id: string;
  /** Size of the session's JSON in bytes, including all copies of the session. */
  readonly bytes: number;
}

/** Stores sessions in the tables of one layout by SQL, and deletes them. */
export class StoredSessions {
  private stored = 0;

  readonly layout: Layout;
  readonly dsn: string;
  private readonly client: pg.Client;

  private constructor(layout: Layout, dsn: string, client: pg.Client) {
    this.layout = layout;
    this.dsn = dsn;
    this.client = client;
  }

  /** Creates a database. The service creates the v3 tables with its first session. */
  static async create(server: DatabaseServer, layout: Layout): Promise<StoredSessions> {
    const dsn = await server.createDatabase(`cost_${layout}`);
    const client = new pg.Client({ connectionString: dsn });
    await client.connect();
    if (layout === 'v2') await client.query(V2_TABLES);
    return new StoredSessions(layout, dsn, client);
  }

  /** Returns a new id on each call, because the service caches titles by id. */
  newId(): string {
    return `s${++this.stored}`;
  }

  async clear(): Promise<void> {
    await this.client.query(
      this.layout === 'v3' ? 'TRUNCATE ai.agno_sessions, ai.agno_runs' : 'TRUNCATE ai.agno_sessions',
    );
  }

  /** Stores a session and its copies, whose ids begin with the returned id. */
  async store(value: SessionValue): Promise<StoredSession> {
    const id = this.newId();
    const { type = 'agent', name, state, metadata, summary, agentData, runs = [], copies = 1 } = value;
    const data = [
      ...(name === undefined ? [] : [`"session_name":${name}`]),
      ...(state === undefined ? [] : [`"session_state":${state}`]),
    ];
    const runList = `[${runs.join(',')}]`;
    const columns = [`{${data.join(',')}}`, metadata ?? 'null', summary ?? 'null', agentData ?? 'null'];
    const ids = `SELECT CASE copy WHEN 1 THEN $1::text ELSE $1::text || '-' || copy END AS id, copy FROM generate_series(1, $2::int) copy`;
    const isV2 = this.layout === 'v2';
    await this.client.query(
      `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, team_id, workflow_id, session_data, metadata, summary,
          agent_data${isV2 ? ', runs' : ''}, created_at, updated_at)
        SELECT id, $3::text, CASE $3::text WHEN 'agent' THEN 'a' END, CASE $3::text WHEN 'team' THEN 't' END,
          CASE $3::text WHEN 'workflow' THEN 'w' END, $4::jsonb, $5::jsonb, $6::jsonb, $7::jsonb${isV2 ? ', $8::jsonb' : ''},
          1750000000, 1750000000 FROM (${ids}) copies`,
      [id, copies, type, ...columns, ...(isV2 ? [runList] : [])],
    );
    if (!isV2 && runs.length > 0) {
      await this.client.query(
        `INSERT INTO ai.agno_runs (run_id, session_id, run_type, agent_id, team_id, workflow_id, parent_run_id, status,
            run_index, run_data, created_at)
          SELECT CASE copy WHEN 1 THEN run->>'run_id' ELSE (run->>'run_id') || '-' || copy END, id, $3::text, run->>'agent_id',
            run->>'team_id', run->>'workflow_id', run->>'parent_run_id', 'COMPLETED', number - 1, run, 1750000000
          FROM (${ids}) copies, jsonb_array_elements($4::jsonb) WITH ORDINALITY AS listed (run, number)`,
        [id, copies, type, runList],
      );
    }
    return { id, bytes: await this.bytesOf(id) };
  }

  /** Length of the session and its copies as text, in which PostgreSQL expands numbers such as `1e308`. */
  async bytesOf(id: string): Promise<number> {
    const ofSessions = ['session_data', 'metadata', 'summary', 'agent_data', ...(this.layout === 'v2' ? ['runs'] : [])];
    // Scans each table once: without statistics, a subquery per session would scan all runs for each session.
    const sum = (table: string, columns: readonly string[]) =>
      `(SELECT coalesce(sum(${columns.map((column) => `coalesce(octet_length(${column}::text), 0)`).join(' + ')}), 0)
        FROM ${table} WHERE session_id = $1 OR session_id LIKE $1 || '-%')`;
    const runs = this.layout === 'v2' ? '0' : sum('ai.agno_runs', ['run_data']);
    const sessions = sum('ai.agno_sessions', ofSessions);
    const { rows } = await this.client.query(`SELECT (${sessions} + ${runs})::float8 AS bytes`, [id]);
    return rows[0]?.bytes ?? 0;
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}
