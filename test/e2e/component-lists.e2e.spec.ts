import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLimitedRole } from '../support/limited-role.js';
import { createScratchDatabase, type ScratchDatabase, unreachableDsn } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token } from '../support/signed-tokens.js';
import { scaled } from '../support/time-scale.js';

type Listed = { readonly id: string; readonly name: string; readonly db_id: string };

/** One session per row: id of the session, ids of agent, team and workflow, and the data of the component. */
const ROWS = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, team_id, workflow_id, user_id, agent_data,
    team_data, workflow_data, created_at) VALUES
  ('1', 'agent', 'named', NULL, NULL, 'ann', '{"name": "Old name", "agent_id": "named"}', NULL, NULL, 1),
  ('2', 'agent', 'named', NULL, NULL, 'bob', 'null', NULL, NULL, 2),
  ('3', 'agent', 'odd', NULL, NULL, 'ann', '{"name": ["x"]}', NULL, NULL, 3),
  ('4', 'agent', 'list', NULL, NULL, NULL, '["name"]', NULL, NULL, 4),
  ('5', 'agent', 'blank', NULL, NULL, NULL, '{"name": ""}', NULL, NULL, 5),
  ('6', 'agent', 'grün/ß "1"', NULL, NULL, NULL, '{"name": "Grün \\"1\\""}', NULL, NULL, 6),
  ('7', 'agent', '', NULL, NULL, NULL, NULL, NULL, NULL, 7),
  ('8', 'agent', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 8),
  ('9', 'agent', repeat('l', 256), NULL, NULL, NULL, NULL, NULL, NULL, 9),
  ('10', 'team', NULL, 'crew', NULL, NULL, NULL, '{"name": "The crew"}', NULL, 10),
  ('11', 'workflow', NULL, NULL, 'flow', NULL, NULL, NULL, '{"name": "The flow"}', 11)`;

const AGENTS = ['blank=blank', 'grün/ß "1"=Grün "1"', 'list=list', 'named=Old name', 'odd=odd'];

const LAYOUTS: Record<string, readonly string[]> = {
  v3: [V2_TABLES.replace('runs jsonb, ', ''), UPGRADE_TO_V3],
  v2: [V2_TABLES],
  mixed: [V2_TABLES, UPGRADE_TO_V3],
  'json columns': [V2_JSON_TABLES],
};

describe('the lists of components', () => {
  const services: ServerProcess[] = [];
  const serve = async (databases: Record<string, string>, env: Record<string, string> = {}) => {
    const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(databases), ...env });
    services.push(service);
    return service;
  };
  const filled = async (...statements: readonly string[]) => {
    const database = await createScratchDatabase();
    for (const sql of statements) await database.sql(sql);
    return database;
  };
  const list = async (baseUrl: string, path: string) => {
    const { status, json } = await call(baseUrl, path);
    expect(status).toBe(200);
    return (json as Listed[]).map(({ id, name }) => `${id}=${name}`);
  };
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  it.each(Object.keys(LAYOUTS))('name the components of the layout %s, with and without indexes', async (layout) => {
    const database = await filled(...(LAYOUTS[layout] ?? []), ROWS);
    const expectLists = async () => {
      const { baseUrl } = await serve({ default: database.dsn });
      expect((await list(baseUrl, '/agents')).sort()).toEqual(AGENTS);
      expect(await list(baseUrl, '/teams')).toEqual(['crew=The crew']);
      expect(await list(baseUrl, '/workflows')).toEqual(['flow=The flow']);
    };
    await expectLists();
    await applyIndexes(database);
    await expectLists();
  });

  it('are read by steps over the indexes, or in one pass over the sessions, but never by several passes', async () => {
    const database = await filled(...(LAYOUTS['v3'] ?? []), ROWS);
    await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at)
      SELECT 'n' || n, 'agent', 'agent-' || n % 3, n FROM generate_series(1, 20000) n; ANALYZE ai.agno_sessions`);
    const rowsRead = async () => {
      const [row] = await database.sql<{ seq: string; idx: string }>(
        `SELECT seq_tup_read AS seq, idx_tup_fetch AS idx FROM pg_stat_user_tables WHERE relname = 'agno_sessions'`,
      );
      return Number(row?.seq) + Number(row?.idx);
    };
    const rowsReadForList = async () => {
      const before = await rowsRead();
      const service = await serve({ default: database.dsn });
      expect(await list(service.baseUrl, '/agents')).toHaveLength(AGENTS.length + 3);
      // Statistics of a connection are visible when it has ended.
      await service.stop();
      await expect.poll(rowsRead, { timeout: scaled(20_000) }).toBeGreaterThan(before);
      return (await rowsRead()) - before;
    };
    // An index that lacks some of the ids is not used.
    await database.sql('CREATE INDEX some_agents ON ai.agno_sessions (agent_id) WHERE created_at > 10');
    expect(await rowsReadForList()).toBeLessThan(25_000);
    await applyIndexes(database);
    expect(await rowsReadForList()).toBeLessThan(1_000);
  });

  it('show the first 1000 components of each type', async () => {
    const many = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, created_at)
      SELECT n, 'agent', 'agent-' || lpad(n::text, 5, '0'), 'ann', n FROM generate_series(1, 10000) n`;
    const database = await filled(...(LAYOUTS['v3'] ?? []), many);
    const ids = Array.from({ length: 1_000 }, (_, index) => `agent-${String(index + 1).padStart(5, '0')}`);
    for (const prepare of [() => undefined, () => applyIndexes(database)]) {
      await prepare();
      const { baseUrl } = await serve({ default: database.dsn });
      expect(await list(baseUrl, '/agents')).toEqual(ids.map((id) => `${id}=${id}`));
      expect((await call(baseUrl, '/info')).json).toMatchObject({ agent_count: 1_000 });
    }
  });

  it('compare the id of an isolated user exactly', async () => {
    const database = await filled(...(LAYOUTS['v3'] ?? []), ROWS);
    const env = { JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256', AGNO_USER_ISOLATION: 'true' };
    const { baseUrl } = await serve({ default: database.dsn }, env);
    for (const [sub, count] of [
      ['ann', 2],
      ['ann ', 0],
      ["' OR true --", 0],
    ] as const) {
      const headers = { authorization: `Bearer ${hs256Token({ sub })}` };
      expect((await call(baseUrl, '/agents', { headers })).json).toHaveLength(count);
    }
  });

  it('show the component of the first session at once', async () => {
    const database = await createScratchDatabase();
    const { baseUrl } = await serve({ default: database.dsn });
    expect((await call(baseUrl, '/config')).json).toMatchObject({ databases: ['default'], agents: [] });
    await call(baseUrl, '/sessions', { method: 'POST', body: { session_id: 's', agent_id: 'guide' } });
    expect(await list(baseUrl, '/agents')).toEqual(['guide=guide']);
  });

  it('lack the components of databases that are down, locked or closed to the role, and recover', async () => {
    const up = await filled(...(LAYOUTS['v3'] ?? []), ROWS);
    const locked = await filled(...(LAYOUTS['v3'] ?? []), ROWS);
    const closed = await filled(...(LAYOUTS['v3'] ?? []), ROWS);
    const role = await createLimitedRole(closed);
    await closed.sql(`REVOKE SELECT ON ai.agno_sessions FROM ${role.name}`);
    const dsns = { up: up.dsn, down: await unreachableDsn(), locked: locked.dsn, closed: role.dsn };
    const { baseUrl, output } = await serve(dsns, { AGNO_REQUEST_TIMEOUT_MS: String(scaled(2_000)) });
    const lock = await locked.lock('ai.agno_sessions');
    const config = await call(baseUrl, '/config');
    expect(config.status).toBe(200);
    const { databases, agents } = config.json as { databases: string[]; agents: Listed[] };
    expect(databases).toEqual(['up', 'down', 'locked', 'closed']);
    expect([agents.length, new Set(agents.map(({ db_id }) => db_id))]).toEqual([AGENTS.length, new Set(['up'])]);
    expect(await list(baseUrl, '/teams')).toEqual(['crew=The crew']);
    for (const id of ['down', 'locked', 'closed']) {
      await expect.poll(output).toContain(`A response lacks the components of database '${id}'`);
    }
    await lock.release();
    await closed.sql(`GRANT SELECT ON ai.agno_sessions TO ${role.name}`);
    const found = (await call(baseUrl, '/teams')).json as Listed[];
    expect(found.map(({ db_id }) => db_id)).toEqual(['up', 'locked', 'closed']);
  });

  it('respond 503 if no database responds, while /config and /info respond 200', async () => {
    const { baseUrl } = await serve({ eu: await unreachableDsn(), us: await unreachableDsn() });
    for (const path of ['/agents', '/teams', '/workflows']) expect((await call(baseUrl, path)).status).toBe(503);
    expect((await call(baseUrl, '/config')).json).toMatchObject({ databases: ['eu', 'us'], agents: [] });
    expect((await call(baseUrl, '/info')).json).toMatchObject({ agent_count: 0 });
  });
});

async function applyIndexes({ dsn }: ScratchDatabase): Promise<void> {
  const program = resolve(CHECKOUT, 'dist/apps/session-service/src/indexes.js');
  await promisify(execFile)(process.execPath, [program, '--apply'], { env: { ...process.env, AGNO_PG_DSN: dsn } });
}
