import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { peakMegabytes } from '../support/process-metrics.js';
import { scrapeMetrics } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

/** Size in bytes up to which a response has a Content-Length. A larger response is chunked. */
const CONTENT_LENGTH_LIMIT = 4_194_304;
const MEGABYTE = 1_000_000;
const POOL_SIZE = 4;

/** Number of connections of the service on which a statement or a transaction is open. */
const OPEN = `SELECT count(*)::int AS open FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'agno-session-service' AND state <> 'idle'`;

/** SQL expression for the JSON of a run with the given number and `bytes` bytes of text. */
const run = (number: string, bytes: number | string) => `jsonb_build_object('run_id', 'r' || ${number}, 'agent_id', 'a',
  'content', repeat('c', 10), 'created_at', 1700000000 + ${number}, 'messages', jsonb_build_array(
    jsonb_build_object('id', 'm' || ${number}, 'role', 'user', 'content', 'question ' || ${number}),
    jsonb_build_object('id', 'n' || ${number}, 'role', 'assistant', 'content', repeat('x', ${bytes}))))`;

interface MessagePage {
  readonly data: readonly { readonly id: string }[];
  readonly meta: { readonly next_cursor: string | null };
}

interface Detail {
  readonly session_name: string;
  readonly chat_history: readonly { readonly id: string }[];
}

async function start(dsn: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  const service = await startSessionService({ AGNO_PG_DSN: dsn, AGNO_POOL_SIZE: String(POOL_SIZE), ...env });
  onTestFinished(async () => void (await service.stop()));
  return service;
}

/** Sends a GET, waits until the first bytes of the response arrive, and leaves them unread. */
async function stalledGet({ baseUrl }: ServerProcess, path: string, version = '1.1'): Promise<Socket> {
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${path} HTTP/${version}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

/** Reads until the connection closes. `isWhole` is false when the connection was reset. */
async function readAll(socket: Socket): Promise<{ text: string; isWhole: boolean }> {
  const parts: Buffer[] = [];
  let isWhole = false;
  socket.on('data', (part: Buffer) => void parts.push(part));
  socket.once('end', () => {
    isWhole = true;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return { text: Buffer.concat(parts).toString('latin1'), isWhole };
}

let database: ScratchDatabase;

beforeAll(async () => {
  database = await createScratchDatabase();
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'empty', agent_id: 'a' } });
  await service.stop();
  await store('large', 60, MEGABYTE);
});

/** Stores a session with `runs` runs of `bytes` bytes each in the runs table. */
async function store(id: string, runs: number, bytes: number | string): Promise<void> {
  await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at)
    VALUES ('${id}', 'agent', 'a', 1)`);
  await database.sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
    SELECT '${id}' || i, '${id}', 'agent', i, ${run('i', bytes)}, 1 FROM generate_series(1, ${runs}) i`);
}

const openStatements = async () => (await database.sql(OPEN))[0]?.['open'] as number;
const holdsNothing = async ({ baseUrl }: ServerProcess) =>
  /memory_budget_used_bytes 0$/m.test((await call(baseUrl, '/metrics')).text);
const usedConnections = async (service: ServerProcess) =>
  (await scrapeMetrics(service)).get('db_client_connection_count{db_id="default",state="used"}');
const nothingIsOpen = () => until(async () => (await openStatements()) === 0);

describe('a large response', () => {
  it('has a Content-Length up to 4 MiB and is chunked when larger', async () => {
    const service = await start(database.dsn);
    for (const [id, bytes] of [
      ['below', CONTENT_LENGTH_LIMIT - 2_000],
      ['above', CONTENT_LENGTH_LIMIT + 2_000],
    ] as const) {
      await store(id, 1, bytes);
      const { headers, json } = await call(service.baseUrl, `/sessions/${id}/runs`);
      const isWhole = id === 'below';
      expect([headers.has('content-length'), headers.get('transfer-encoding')]).toEqual([
        isWhole,
        isWhole ? null : 'chunked',
      ]);
      expect(json).toHaveLength(1);
    }
  });

  it('contains all runs of the session in order on the routes for runs, run previews and detail', async () => {
    const service = await start(database.dsn);
    const ids = Array.from({ length: 60 }, (_, index) => `r${index + 1}`);
    const { json: runs }: { json: { run_id: string }[] } = await call(service.baseUrl, '/sessions/large/runs');
    expect(runs.map(({ run_id }) => run_id)).toEqual(ids);
    const { json: previews }: { json: { run_id: string }[] } = await call(
      service.baseUrl,
      '/sessions/large/run-previews',
    );
    expect(previews.map(({ run_id }) => run_id)).toEqual(ids);
    const { json: detail }: { json: Detail } = await call(service.baseUrl, '/sessions/large');
    expect(detail.session_name).toBe('question 1');
    expect(detail.chat_history.map(({ id }) => id)).toEqual(
      ids.flatMap((id) => [id.replace('r', 'm'), id.replace('r', 'n')]),
    );
    await nothingIsOpen();
  });

  it.each(['agno', 'ai-sdk', 'ag-ui'])(
    'contains all messages of the session as %s, in both orders and in pages',
    async (format) => {
      const service = await start(database.dsn);
      const ids = Array.from({ length: 60 }, (_, index) => [`m${index + 1}`, `n${index + 1}`]).flat();
      for (const query of ['limit=1000&order=asc', 'limit=1000', 'limit=7']) {
        const shown: string[] = [];
        for (let cursor: string | null = ''; cursor !== null; ) {
          const path = `/sessions/large/messages?format=${format}&${query}&cursor=${cursor}`;
          const page: MessagePage = (await call(service.baseUrl, path)).json;
          shown.push(...page.data.map(({ id }) => id));
          cursor = page.meta.next_cursor;
        }
        expect(query.includes('asc') ? shown : shown.reverse()).toEqual(ids);
      }
      await nothingIsOpen();
    },
  );

  it('takes the session name from the first run with a user message, wherever that run comes in the session', async () => {
    const service = await start(database.dsn);
    for (const naming of [1, 30, 57, 60, 61]) {
      await store(`named-by-${naming}`, 60, 200_000);
      await database.sql(`UPDATE ai.agno_runs SET run_data = run_data #- '{messages,0}'
        WHERE session_id = 'named-by-${naming}' AND run_index <> ${naming}`);
      const { json }: { json: Detail } = await call(service.baseUrl, `/sessions/named-by-${naming}`);
      expect(json.session_name).toBe(naming > 60 ? '' : `question ${naming}`);
      expect(json.chat_history).toHaveLength(naming > 60 ? 60 : 61);
    }
    await nothingIsOpen();
  });

  it.each([
    ['v2', V2_TABLES, false],
    ['mixed', V2_TABLES + UPGRADE_TO_V3, true],
  ])('contains all runs of a session in tables of the %s layout', async (_, tables, hasTable) => {
    const mixed = await createScratchDatabase();
    await mixed.sql(tables);
    const service = await start(mixed.dsn);
    await mixed.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at, runs)
      SELECT 's', 'agent', 'a', 1, jsonb_agg(${run('i', 500_000)}) FROM generate_series(1, 20) i`);
    if (hasTable) {
      await mixed.sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
        SELECT 'r' || i, 's', 'agent', i, ${run('i', 600_000)} || '{"content": "of the table"}', 1 FROM generate_series(19, 30) i`);
    }
    const { json }: { json: { run_id: string; content: string }[] } = await call(service.baseUrl, '/sessions/s/runs');
    expect(json.map(({ run_id }) => run_id)).toEqual(
      Array.from({ length: hasTable ? 30 : 20 }, (_, index) => `r${index + 1}`),
    );
    expect(json.filter(({ content }) => content === 'of the table')).toHaveLength(hasTable ? 12 : 0);
  });

  it('lists 100,000 sessions with their exact count in less than 120 MB of memory', async () => {
    const many = await createScratchDatabase();
    const service = await start(many.dsn);
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's0' } });
    await many.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, session_data, metadata, created_at)
      SELECT 's' || i, 'agent', jsonb_build_object('session_name', 'name ' || i, 'session_state', jsonb_build_object('k', i)),
        '{"tags": ["a", "b"]}', i FROM generate_series(1, 99999) i`);
    const before = peakMegabytes(service.pid);
    const {
      status,
      json,
    }: { status: number; json: { data: { session_id: string }[]; meta: { total_count: number } } } = await call(
      service.baseUrl,
      '/sessions?limit=9223372036854775807&sort_by=created_at&sort_order=asc',
    );
    expect(status).toBe(200);
    expect(json.meta.total_count).toBe(100_000);
    expect(new Set(json.data.map(({ session_id }) => session_id)).size).toBe(100_000);
    expect(peakMegabytes(service.pid) - before).toBeLessThan(120);
  });

  it('needs less than 120 MB of memory for a run of 300,000 empty messages', async () => {
    // With a large heap or the default nursery (up to 128 MB) uncollected garbage would count as peak memory.
    const service = await start(database.dsn, { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=8' });
    await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at)
      VALUES ('empty-messages', 'agent', 'a', 1)`);
    await database.sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT 'e', 'empty-messages', 'agent', 0, jsonb_build_object('run_id', 'e', 'agent_id', 'a', 'messages', jsonb_agg('{}'::jsonb)), 1
        FROM generate_series(1, 300000)`);
    const before = peakMegabytes(service.pid);
    const { status, text } = await call(service.baseUrl, '/sessions/empty-messages');
    expect([status, text.match(/"from_history"/g)?.length]).toEqual([200, 300_000]);
    expect(peakMegabytes(service.pid) - before).toBeLessThan(120);
  });

  it('of 60 MB needs less than 120 MB of memory together with two others sent at the same time', async () => {
    const service = await start(database.dsn);
    const before = peakMegabytes(service.pid);
    const path = '/sessions/large/runs';
    const sizes = await Promise.all(
      [path, path, '/sessions/large'].map(async (target) => (await call(service.baseUrl, target)).text.length),
    );
    expect(Math.min(...sizes)).toBeGreaterThan(60 * MEGABYTE);
    expect(peakMegabytes(service.pid) - before).toBeLessThan(120);
  });

  it('contains the whole session after a rename and after a PATCH', async () => {
    const service = await start(database.dsn);
    await store('changed', 20, MEGABYTE);
    const renamed: { status: number; json: Detail } = await call(
      service.baseUrl,
      '/sessions/changed/rename?type=agent',
      {
        method: 'POST',
        body: { session_name: 'new name' },
      },
    );
    expect([renamed.status, renamed.json.session_name, renamed.json.chat_history.length]).toEqual([
      200,
      'new name',
      40,
    ]);
    const patched: { status: number; json: Detail & { metadata: object } } = await call(
      service.baseUrl,
      '/sessions/changed',
      {
        method: 'PATCH',
        body: { metadata: { a: 1 } },
      },
    );
    expect([patched.status, patched.json.metadata, patched.json.chat_history.length]).toEqual([200, { a: 1 }, 40]);
    await nothingIsOpen();
  });

  it('to an HTTP/1.0 client has no Content-Length and ends when the connection closes', async () => {
    const service = await start(database.dsn);
    const { text, isWhole } = await readAll(await stalledGet(service, '/sessions/large/runs', '1.0'));
    const [head = '', ...body] = text.split('\r\n\r\n');
    expect(head).not.toMatch(/content-length|transfer-encoding/i);
    expect(isWhole).toBe(true);
    expect(JSON.parse(body.join('\r\n\r\n'))).toHaveLength(60);
  });

  it.each(['1.0', '1.1'])(
    'ends with a connection reset when its database connection breaks (HTTP/%s)',
    async (version) => {
      const service = await start(database.dsn);
      const socket = await stalledGet(service, '/sessions/large/runs', version);
      await database.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'agno-session-service' AND state <> 'idle'`);
      const { text, isWhole } = await readAll(socket);
      expect(text).toContain('200 OK');
      expect(isWhole).toBe(false);
      expect((await call(service.baseUrl, '/sessions/empty')).status).toBe(200);
      expect(await until(async () => /Response aborted/.exec(service.output()))).toBeTruthy();
    },
  );

  it('ends with a connection reset at the request timeout when its client reads nothing', async () => {
    const service = await start(database.dsn, { AGNO_REQUEST_TIMEOUT_MS: String(scaled(1_500)) });
    const socket = await stalledGet(service, '/sessions/large/runs');
    expect(await openStatements()).toBe(1);
    await nothingIsOpen();
    expect((await readAll(socket)).isWhole).toBe(false);
  });

  it('releases its database connection when the client disconnects', async () => {
    const service = await start(database.dsn);
    for (let round = 0; round < 2 * POOL_SIZE; round++) {
      const socket = await stalledGet(service, round % 2 === 0 ? '/sessions/large/runs' : '/sessions/large');
      socket.destroy();
      await nothingIsOpen();
    }
    expect((await call(service.baseUrl, '/sessions/large/runs')).status).toBe(200);
    await until(() => holdsNothing(service));
  });

  it('releases its database connection and memory when the request times out before the first row', async () => {
    const service = await start(database.dsn, { AGNO_REQUEST_TIMEOUT_MS: String(scaled(1_500)) });
    const lock = await database.lock('ai.agno_runs');
    expect((await call(service.baseUrl, '/sessions/large/runs')).status).toBe(504);
    await until(async () => (await usedConnections(service)) === 0);
    await until(() => holdsNothing(service));
    await lock.release();
    expect((await call(service.baseUrl, '/sessions/empty/runs')).status).toBe(200);
  });

  it('is replaced by a 503 at the queue timeout when other large responses use half of the pool', async () => {
    // Not scaled: both rejections must come before the service disconnects the slow readers, after 10 s.
    const service = await start(database.dsn, { AGNO_QUEUE_TIMEOUT_MS: '1000' });
    const readers = [await stalledGet(service, '/sessions/large/runs'), await stalledGet(service, '/sessions/large')];
    expect(await openStatements()).toBe(POOL_SIZE / 2);
    for (const path of ['/sessions/empty', '/sessions/empty/runs', '/sessions?limit=1']) {
      expect((await call(service.baseUrl, path)).status).toBe(200);
    }
    const refused = await call(service.baseUrl, '/sessions/large/runs');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    const change = await call(service.baseUrl, '/sessions/large', { method: 'PATCH', body: { metadata: { late: 1 } } });
    expect([change.status, change.json]).toEqual([
      504,
      { detail: 'The change was made, but its response is too large to be sent now' },
    ]);
    const waiting = call(service.baseUrl, '/sessions/large/runs');
    readers[0]?.destroy();
    expect((await waiting).status).toBe(200);
    const [row] = await database.sql("SELECT metadata FROM ai.agno_sessions WHERE session_id = 'large'");
    expect(row).toEqual({ metadata: { late: 1 } });
  });
});

describe('the memory of a request', () => {
  it('is returned to the budget when the request times out or its client disconnects', async () => {
    const service = await start(database.dsn, { AGNO_REQUEST_TIMEOUT_MS: String(scaled(1_500)) });
    const lock = await database.lock('ai.agno_sessions');
    const body = { session_state: { text: 'x'.repeat(MEGABYTE) } };
    const late = call(service.baseUrl, '/sessions/empty', { method: 'PATCH', body });
    const left = new AbortController();
    const gone = fetch(`${service.baseUrl}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: left.signal,
    });
    await until(async () => (await openStatements()) === 2);
    left.abort();
    await expect(gone).rejects.toThrow();
    expect(await holdsNothing(service)).toBe(false);
    expect((await late).status).toBe(504);
    await until(() => holdsNothing(service));
    await lock.release();
  });
});

describe('slow lists', () => {
  it('leave connections of the pool free for other requests', async () => {
    const service = await start(database.dsn);
    const lock = await database.lock('ai.agno_runs');
    const lists = Array.from({ length: 3 * POOL_SIZE }, () => call(service.baseUrl, '/sessions'));
    await until(async () => (await openStatements()) >= POOL_SIZE / 2);
    expect((await call(service.baseUrl, '/sessions', { method: 'POST', body: {} })).status).toBe(201);
    expect(await openStatements()).toBeLessThan(POOL_SIZE);
    await lock.release();
    for (const { status } of await Promise.all(lists)) expect(status).toBe(200);
  });
});

describe('a client connection beyond AGNO_MAX_CONNECTIONS', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({
      AGNO_PG_DSN: (await createScratchDatabase()).dsn,
      AGNO_MAX_CONNECTIONS: '10',
    });
  });
  afterAll(() => service.stop());

  it('makes the service close the connections that have been idle longest', async () => {
    const sockets: Socket[] = [];
    const closed: number[] = [];
    for (let index = 0; index < 12; index++) {
      const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1');
      socket.on('error', () => undefined).once('close', () => closed.push(index));
      onTestFinished(() => void socket.destroy());
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      sockets.push(socket);
    }
    await until(async () => closed.length >= 2);
    expect(closed.toSorted((a, b) => a - b).slice(0, 2)).toEqual([0, 1]);
    expect(closed.length).toBeLessThan(6);
  });
});
