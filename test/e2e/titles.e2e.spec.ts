import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { HoldingProxy } from '../support/holding-proxy.js';
import { runSql, startPostgres } from '../support/postgres.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

interface Item {
  session_id: string;
  session_name?: string;
}

async function list({ baseUrl }: ServerProcess, query = ''): Promise<Item[]> {
  const { json }: { json: { data: Item[] } } = await call(baseUrl, `/sessions?${query}`);
  return json.data;
}

/** The title of the only session. */
async function titleOf(service: ServerProcess): Promise<string | undefined> {
  const [only] = await list(service);
  return only?.session_name;
}

function runCalled(title: string, id = 'r1') {
  return { run_id: id, agent_id: 'a', messages: [{ role: 'user', content: title }] };
}

/** Creates a session without a name. Its runs give it a title. */
async function createUnnamed({ baseUrl }: ServerProcess, id: string, runs: readonly object[]): Promise<void> {
  const { status } = await call(baseUrl, '/sessions', { method: 'POST', body: { session_id: id, runs } });
  expect(status).toBe(201);
}

const RENAME_RUN = "UPDATE ai.agno_runs SET run_data = jsonb_set(run_data, '{messages,0,content}', $1)";

async function start(dsn: string): Promise<ServerProcess> {
  const service = await startSessionService({ AGNO_PG_DSN: dsn });
  onTestFinished(async () => {
    await service.stop();
  });
  return service;
}

describe('titles of unnamed sessions', () => {
  it('are correct for all 25,000 sessions of a list, before and after another client changes a session', async () => {
    const database = await createScratchDatabase();
    const service = await start(database.dsn);
    await createUnnamed(service, 's0', [runCalled('title 0')]);
    await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, created_at)
      SELECT 's' || i, 'agent', i FROM generate_series(1, 25000) i`);
    await database.sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT 'q' || i, 's' || i, 'agent', 0, jsonb_build_object('messages',
        jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'title ' || i))), 1 FROM generate_series(1, 25000) i`);
    for (const _ of ['first', 'second']) {
      const untitled = (await list(service, 'limit=25010')).filter(
        ({ session_id, session_name }) => session_name !== `title ${session_id.slice(1)}`,
      );
      expect(untitled.length).toBe(0);
      await database.sql("UPDATE ai.agno_sessions SET updated_at = 7 WHERE session_id = 's0'");
    }
  });

  it('come from the next run when the first run is deleted and its ctid and xmin are reused', async () => {
    const database = await createScratchDatabase();
    const service = await start(database.dsn);
    await createUnnamed(service, 's', [runCalled('deleted run', 'r1'), runCalled('next run', 'r2')]);
    expect(await titleOf(service)).toBe('deleted run');
    const version = 'SELECT xmin::text, ctid::text FROM ai.agno_runs WHERE run_id = $1';
    const deleted = await database.sql(version, ['r1']);
    await database.sql("DELETE FROM ai.agno_runs WHERE run_id = 'r1'");
    // VACUUM keeps the deleted row while a transaction of another test might see it.
    await until(async () => {
      await database.sql('VACUUM FULL ai.agno_runs');
      const [next] = await database.sql(version, ['r2']);
      return next?.['ctid'] === deleted[0]?.['ctid'];
    });
    expect(await database.sql(version, ['r2'])).toEqual(deleted);
    expect(await titleOf(service)).toBe('next run');
  });

  it('are not cached from a list whose result arrives after a newer title was read', async () => {
    const database = await createScratchDatabase();
    const { port } = new URL(database.dsn);
    const proxy = await HoldingProxy.to(Number(port));
    onTestFinished(proxy.close);
    const service = await start(database.dsn.replace(`:${port}/`, `:${proxy.port}/`));
    await createUnnamed(service, 's', [runCalled('first title')]);

    const firstTitles = proxy.hold((_request, reply) => reply.includes('first title'));
    const late = titleOf(service);
    await until(async () => firstTitles.isHolding());
    await database.sql(RENAME_RUN, ['"second title"']);
    expect(await titleOf(service)).toBe('second title');

    // The service checks whether a cached row version still exists. The result must not be applied to another version.
    await database.sql("UPDATE ai.agno_sessions SET updated_at = 7 WHERE session_id = 's'");
    const [run] = await database.sql('SELECT xmin::text || ctid::text AS version FROM ai.agno_runs');
    const versions = proxy.hold((request) => request.includes(run?.['version']));
    const next = titleOf(service);
    await until(async () => versions.isHolding(), 500).catch(() => undefined);
    firstTitles.release();
    expect(await late).toBe('first title');
    versions.release();
    expect(await next).toBe('second title');
    expect(await titleOf(service)).toBe('second title');
  });

  it('are removed from the cache when a crash of PostgreSQL undoes the change of their run', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const dsn = await postgres.createDatabase('crashed');
    const service = await start(dsn);
    await createUnnamed(service, 's', [runCalled('created')]);
    await runSql(dsn, 'CHECKPOINT');
    const [writer] = await runSql(dsn, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
    const rename = async (title: string) => {
      const [row] = await runSql(dsn, `${RENAME_RUN} RETURNING xmin::text, ctid::text`, [JSON.stringify(title)]);
      return row;
    };

    // Without the WAL writer the commit is acknowledged (synchronous_commit=off) but never written to disk.
    process.kill(writer?.['pid'], 'SIGSTOP');
    const undone = await rename('undone by the crash');
    expect(await titleOf(service)).toBe('undone by the crash');
    // When one of its processes is killed, PostgreSQL ends its other processes and recovers the state that is on disk.
    process.kill(writer?.['pid'], 'SIGKILL');
    await until(() =>
      runSql(dsn, "SELECT run_data->'messages'->0->>'content' AS title FROM ai.agno_runs").then(
        ([row]) => row?.['title'] === 'created',
        () => false,
      ),
    );
    // The same transaction id and ctid as before the crash.
    expect(await rename('after the crash')).toEqual(undone);
    expect(await until(() => titleOf(service).catch(() => undefined))).toBe('after the crash');
  });

  it('follow changes that another server commits to a foreign table of runs', async () => {
    const other = await startPostgres();
    onTestFinished(() => other.stop());
    const otherDsn = await other.createDatabase('other');
    const columns = `run_id varchar, session_id varchar, run_type varchar, agent_id varchar, team_id varchar, workflow_id
      varchar, user_id varchar, parent_run_id varchar, status varchar, run_index bigint, run_data jsonb, created_at bigint,
      updated_at bigint`;
    await runSql(otherDsn, `CREATE TABLE agno_runs (${columns})`);
    const { port } = new URL(otherDsn);
    const database = await createScratchDatabase();
    const service = await start(database.dsn);
    await createUnnamed(service, 's', []);
    await database.sql(`DROP TABLE ai.agno_runs; CREATE EXTENSION postgres_fdw;
      CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${port}', dbname 'other');
      CREATE USER MAPPING FOR postgres SERVER other OPTIONS (user 'postgres', password 'postgres');
      CREATE FOREIGN TABLE ai.agno_runs (${columns}) SERVER other OPTIONS (schema_name 'public', table_name 'agno_runs')`);
    const run = JSON.stringify(runCalled('first title'));
    await runSql(otherDsn, "INSERT INTO agno_runs (run_id, session_id, run_data) VALUES ('r1', 's', $1)", [run]);
    expect(await titleOf(service)).toBe('first title');
    await runSql(otherDsn, RENAME_RUN.replace('ai.', ''), ['"second title"']);
    expect(await titleOf(service)).toBe('second title');
  });

  it('do not change the order of sessions between one large page and many small pages', async () => {
    const database = await createScratchDatabase();
    const service = await start(database.dsn);
    await createUnnamed(service, 's0', [runCalled('title 0')]);
    await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, session_data, created_at)
      SELECT 's' || i, 'agent', CASE WHEN i % 3 = 0 THEN jsonb_build_object('session_name', 'name ' || i) END, i * 7919 % 1000
      FROM generate_series(1, 150) i; ANALYZE ai.agno_sessions`);
    for (const sort of ['sort_by=created_at', 'sort_by=session_id', 'sort_by=updated_at&sort_order=asc']) {
      const all = await list(service, `${sort}&limit=151`);
      expect(new Set(all.map(({ session_id }) => session_id)).size).toBe(151);
      const pages = [];
      for (let page = 1; page <= 16; page++) pages.push(...(await list(service, `${sort}&limit=10&page=${page}`)));
      expect(pages).toEqual(all);
    }
  });
});

const LONG = 'ab🙂'.repeat(4_000);
const LONG_TITLE = `${'ab🙂'.repeat(3_333)}a…`;

interface Naming {
  type?: 'agent' | 'team' | 'workflow';
  workflow?: object;
  runs: readonly object[];
  /** Undefined: the response has no `session_name`. */
  title: string | undefined;
}

const message = (content: unknown, role = 'user') => ({ messages: [{ role, content }] });

/** Sessions by id, with the title that their runs give them. `store` adds run ids and component ids. */
const NAMINGS: Record<string, Naming> = {
  'no-runs': { runs: [], title: '' },
  short: { runs: [message('short')], title: 'short' },
  long: { runs: [message(LONG)], title: LONG_TITLE },
  'ends-at-limit': { runs: [message('x'.repeat(10_000))], title: 'x'.repeat(10_000) },
  'ends-after-limit': { runs: [message('x'.repeat(10_001))], title: `${'x'.repeat(10_000)}…` },
  'second-run': { runs: [{}, message('', 'user'), message('hi', 'assistant'), message('second')], title: 'second' },
  parts: {
    runs: [message([{ type: 'text', text: 'one' }, { type: 'image', url: 'x' }, 'two', { text: 3 }, { text: '' }])],
    title: 'one two ',
  },
  'parts-without-text': { runs: [message([{ type: 'image' }, 7])], title: '' },
  'long-parts': { runs: [message([LONG, { text: LONG }])], title: LONG_TITLE },
  'object-content': { runs: [message({ text: 'x' })], title: undefined },
  'number-content': { runs: [message(7)], title: undefined },
  'object-input': { runs: [{ input: { input_content: 'ö' } }], title: '{\n  "input_content": "\\u00f6"\n}' },
  team: { type: 'team', runs: [{ agent_id: 'member', ...message('member') }, message('team')], title: 'team' },
  'workflow-text': { type: 'workflow', runs: [{ input: LONG }, { input: 'next' }], title: LONG_TITLE },
  'workflow-object': { type: 'workflow', runs: [{ input: { n: [1, null] } }], title: '{"n": [1, null]}' },
  'workflow-name': { type: 'workflow', workflow: { name: 'Flow' }, runs: [{ input: [1] }], title: 'New Flow Session' },
  'workflow-long-name': {
    type: 'workflow',
    workflow: { name: 'x'.repeat(20_000) },
    runs: [{}],
    title: `New ${'x'.repeat(9_996)}…`,
  },
  'workflow-without-name': { type: 'workflow', runs: [{}], title: '' },
};

/**
 * Sessions whose title in details differs, because details rebuild an input from the fields that AgentOS's classes
 * know.
 */
const ONLY_IN_LISTS: Record<string, Naming> = {
  'text-input': { runs: [{ input: LONG }], title: LONG_TITLE },
  'messages-input': { runs: [{ input: [{ role: 'user', content: LONG }, 'x'] }], title: LONG_TITLE },
  'null-message-input': { runs: [{ input: [{ role: 'user', content: null }] }], title: undefined },
  'parts-message-input': { runs: [{ input: [{ role: 'user', content: ['x'] }] }], title: undefined },
  'list-input': { runs: [{ input: [{ role: 'user' }, true, 'x'] }], title: "[{'role': 'user'}, True, 'x']" },
  'number-input': { runs: [{ input: 1.5 }], title: '1.5' },
  'long-object-input': {
    runs: [{ input: { n: 'x'.repeat(20_000) } }],
    title: `{\n  "n": "${'x'.repeat(10_000 - 10)}…`,
  },
};

describe.each(['v2', 'v3', 'mixed'])('titles from runs in tables of the layout %s', (layout) => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    if (layout !== 'v2') await database.sql(UPGRADE_TO_V3);
    if (layout === 'v3') await database.sql('ALTER TABLE ai.agno_sessions DROP COLUMN runs');
    for (const [id, naming] of Object.entries({ ...NAMINGS, ...ONLY_IN_LISTS })) await store(id, naming);
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  async function store(id: string, { type = 'agent', workflow, runs }: Naming): Promise<void> {
    const stored = runs.map((run, index) => ({
      run_id: `${id}-${index}`,
      [`${type}_id`]: 'c',
      created_at: 1,
      ...run,
    }));
    await database.sql(
      `INSERT INTO ai.agno_sessions (session_id, session_type, ${type}_id, workflow_data, created_at) VALUES ($1, $2, 'c', $3, 1)`,
      [id, type, JSON.stringify(workflow ?? {})],
    );
    // In a mixed database the column holds an outdated title of the first run; the copy in the table wins.
    const inColumn =
      layout === 'mixed' ? stored.map((run, index) => (index === 0 ? { ...run, ...OUTDATED } : run)) : stored;
    if (layout !== 'v3') {
      await database.sql('UPDATE ai.agno_sessions SET runs = $2 WHERE session_id = $1', [id, JSON.stringify(inColumn)]);
    }
    if (layout === 'v2') return;
    for (const [index, run] of (layout === 'mixed' ? stored.slice(0, 1) : stored).entries()) {
      await database.sql(
        `INSERT INTO ai.agno_runs (run_id, session_id, run_type, agent_id, run_index, run_data, created_at)
          VALUES ($1, $2, $3, $4, $5, $6, 1)`,
        [run.run_id, id, type, 'agent_id' in run ? run.agent_id : null, index, JSON.stringify(run)],
      );
    }
  }

  it.each(Object.entries({ ...NAMINGS, ...ONLY_IN_LISTS }))(
    'are correct in lists for the session "%s"',
    async (id, { title }) => {
      const found = (await list(service, 'limit=100')).find(({ session_id }) => session_id === id);
      expect(found).toBeDefined();
      expect(found?.session_name).toBe(title);
    },
  );

  it.each(Object.entries(NAMINGS))('are correct in details for the session "%s"', async (id, { title }) => {
    const { json }: { json: Item } = await call(service.baseUrl, `/sessions/${id}`);
    expect(json.session_name).toBe(title);
  });

  it('are truncated to 10,000 characters in lists for an input of more than 65,536 characters', async () => {
    await store('huge-input', { runs: [{ input: { n: 'x'.repeat(100_000) } }], title: '' });
    const found = (await list(service, 'limit=100')).find(({ session_id }) => session_id === 'huge-input');
    expect(found?.session_name).toBe(`{\n  "n": "${'x'.repeat(10_000 - 10)}…`);
  });
});

const OUTDATED = { messages: [{ role: 'user', content: 'outdated' }], input: 'outdated' };
