import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import {
  ADDITIONS,
  CONTRACT,
  ConditionalReader,
  cacheHeaders,
  READS,
  runOf,
  storeRun,
  storeSession,
} from '../support/conditional-reader.js';
import { createLayoutDatabases, type LayoutDatabases } from '../support/layout-databases.js';
import { executionCount } from '../support/scraped-metrics.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';

describe('conditional reads', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  });
  afterAll(() => service.stop());

  it('send a large response in portions with its ETag, and free the connection with 304', async () => {
    const single = await startSessionService({ AGNO_PG_DSN: databases.v3.dsn, AGNO_POOL_SIZE: '1' });
    await storeSession(databases.v3, 'v3', 'large');
    const data = JSON.stringify(runOf('large-r3', 'x'.repeat(1_000_000)));
    for (let index = 3; index < 10; index++) await databases.v3.sql(storeRun('large'), [`large-r${index}`, data]);
    for (const path of ['/sessions/large', '/sessions/large/runs']) {
      const read = (tag?: string) =>
        call(single.baseUrl, path, tag === undefined ? {} : { headers: { 'if-none-match': tag } });
      const tagged = await read('""');
      expect(tagged.text.length).toBeGreaterThan(6_000_000);
      expect(tagged.text).toBe((await read()).text);
      const tag = tagged.headers.get('etag') ?? '';
      expect([(await read(tag)).status, (await read('*')).status, (await read('*')).status]).toEqual([304, 304, 304]);
    }
    await single.stop();
  });

  it('are allowed in preflights, and pages of allowed origins can read the ETag of both responses', async () => {
    await storeSession(databases.v3, 'v3', 'cors');
    const origin = 'http://localhost:3000';
    const preflight = await call(service.baseUrl, '/sessions/cors', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'if-none-match' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([200, 'if-none-match']);
    const reader = new ConditionalReader(service, 'v3');
    const tag = await reader.tag('/sessions/{id}', 'cors');
    for (const [sent, status] of [
      ['""', 200],
      [tag, 304],
    ] as const) {
      const response = await reader.get('/sessions/{id}', 'cors', sent, { origin });
      const { headers } = response;
      expect([
        response.status,
        headers.get('access-control-expose-headers'),
        headers.get('access-control-allow-origin'),
      ]).toEqual([status, '*, ETag', origin]);
    }
  });

  it("respond to another user's ETag as for a missing session", async () => {
    const isolated = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap, ...ISOLATING_SETTINGS });
    await storeSession(databases.v3, 'v3', 'anns', { user_id: 'ann' });
    const as = (user: string) => ({ authorization: `Bearer ${hs256Token({ sub: user, scopes: ['sessions:read'] })}` });
    const reader = new ConditionalReader(isolated, 'v3');
    for (const path of READS) {
      const tag = (await reader.get(path, 'anns', '""', as('ann'))).headers.get('etag') ?? '';
      expect((await reader.get(path, 'anns', tag, as('ann'))).status).toBe(304);
      for (const sent of [tag, '*', '""']) {
        const seen = await Promise.all(
          ['anns', 'none'].map(async (id) => {
            const { status, text, headers } = await reader.get(path, id, sent, as('bob'));
            return [status, text.replaceAll(id, '{id}'), headers.get('etag')];
          }),
        );
        expect(seen[0]).toEqual(seen[1]);
        expect(seen[0]?.[0]).toBe(404);
      }
    }
    await isolated.stop();
  });

  it('respond to each of many concurrent requests as to one alone', async () => {
    const isolated = await startSessionService({
      AGNO_SESSION_DSN_MAP: databases.dsnMap,
      ...ISOLATING_SETTINGS,
      AGNO_OPEN_ROUTES: 'metrics',
    });
    const reader = new ConditionalReader(isolated, 'mixed');
    const as = (user: string) => ({ authorization: `Bearer ${hs256Token({ sub: user, scopes: ['sessions:read'] })}` });
    const users = ['ann', 'bob'];
    const requests: (readonly [path: string, id: string, tag: string, user: string, status: number])[] = [];
    for (let index = 0; index < 8; index++) {
      const user = users[index % 2] ?? '';
      await storeSession(databases.mixed, 'mixed', `many${index}`, { user_id: user });
      for (const path of CONTRACT) {
        const tag = (await reader.get(path, `many${index}`, '""', as(user))).headers.get('etag') ?? '';
        requests.push([path, `many${index}`, tag, user, 304]);
        requests.push([path, `many${index}`, tag, users[(index + 1) % 2] ?? '', 404]);
        requests.push([path, `many${(index + 1) % 8}`, tag, users[(index + 1) % 2] ?? '', 200]);
        requests.push([path, 'absent', tag, user, 404], [path, 'a%00b', tag, user, 404]);
      }
    }
    for (let round = 0; round < 3; round++) {
      const statuses = await Promise.all(
        requests.map(async ([path, id, tag, user]) => (await reader.get(path, id, tag, as(user))).status),
      );
      expect(statuses).toEqual(requests.map(([, , , , status]) => status));
    }
    expect(await executionCount(isolated, 'versions')).toBeGreaterThan(0);
    await isolated.stop();
  });

  it("respond 404 to an id with a character that the database's encoding lacks", async () => {
    const database = await createScratchDatabase('LATIN1');
    await database.sql(V2_TABLES);
    await storeSession(database, 'v2', 's');
    const own = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const headers = { 'if-none-match': `W/"${'a'.repeat(43)}"` };
    for (const path of ['/sessions/s/runs/%F0%9F%99%82', '/sessions/%F0%9F%99%82', '/sessions/%F0%9F%99%82/runs']) {
      const [plain, conditional] = [await call(own.baseUrl, path), await call(own.baseUrl, path, { headers })];
      expect([conditional.status, conditional.text]).toEqual([404, plain.text]);
    }
    await own.stop();
  });

  it('appear as 304 in the access log', async () => {
    const logging = await startSessionService({ AGNO_PG_DSN: databases.v3.dsn, LOG_LEVEL: 'info' });
    await storeSession(databases.v3, 'v3', 'logged');
    const read = (tag: string) => call(logging.baseUrl, '/sessions/logged', { headers: { 'if-none-match': tag } });
    await read((await read('""')).headers.get('etag') ?? '');
    await expect.poll(() => logging.output()).toMatch(/"route":"\/sessions\/:session_id","status":304/);
    await logging.stop();
  });

  describe('on tables that are not plain tables of the server', () => {
    it.each([
      [
        'a view of sessions',
        'ALTER TABLE ai.agno_sessions RENAME TO kept; CREATE VIEW ai.agno_sessions AS SELECT * FROM ai.kept',
      ],
      ['a view of runs', 'ALTER TABLE ai.agno_runs RENAME TO kept; CREATE VIEW ai.agno_runs AS SELECT * FROM ai.kept'],
      ['sessions with a child table', 'CREATE TABLE ai.child () INHERITS (ai.agno_sessions)'],
      ['runs with row security', 'ALTER TABLE ai.agno_runs ENABLE ROW LEVEL SECURITY'],
      ['runs without a time of change', 'ALTER TABLE ai.agno_runs DROP COLUMN updated_at'],
    ])('always respond 200 without an ETag: %s', async (_name, sql) => {
      const database = await createScratchDatabase();
      await database.sql(`${V2_TABLES} ALTER TABLE ai.agno_sessions DROP COLUMN runs; ${UPGRADE_TO_V3}`);
      await storeSession(database, 'v3', 's');
      await database.sql(sql);
      const own = await startSessionService({ AGNO_PG_DSN: database.dsn });
      for (const path of [...CONTRACT, ADDITIONS[0] ?? '']) {
        for (const tag of ['""', `W/"${'a'.repeat(43)}"`, '*']) {
          const headers = { 'if-none-match': tag };
          const response = await call(own.baseUrl, path.replaceAll('{id}', 's'), { headers });
          expect([response.status, ...cacheHeaders(response)]).toEqual([200, null, null]);
        }
      }
      await own.stop();
    });
  });

  it('respond 200 after ALTER TABLE has rewritten a column', async () => {
    const database = await createScratchDatabase();
    await database.sql(`${V2_TABLES} ALTER TABLE ai.agno_sessions DROP COLUMN runs; ${UPGRADE_TO_V3}`);
    await storeSession(database, 'v3', 's');
    const own = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const read = (path: string, tag: string) => call(own.baseUrl, path, { headers: { 'if-none-match': tag } });
    for (const [path, rewrite] of [
      ['/sessions/s', `ALTER TABLE ai.agno_sessions ALTER metadata TYPE jsonb USING '{"a": 1}'`],
      [
        '/sessions/s/runs',
        `ALTER TABLE ai.agno_runs ALTER run_data TYPE jsonb USING run_data || '{"status": "ERROR"}'`,
      ],
    ] as const) {
      const tag = (await read(path, '""')).headers.get('etag') ?? '';
      expect((await read(path, tag)).status).toBe(304);
      await database.sql(rewrite);
      expect((await read(path, tag)).status).toBe(200);
    }
    await own.stop();
  });

  it('respond with the runs of the table after an upgrade to agno 3.x', async () => {
    const database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    await storeSession(database, 'v2', 's');
    const own = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const read = (path: string, tag: string) => call(own.baseUrl, path, { headers: { 'if-none-match': tag } });
    const paths = CONTRACT.slice(0, 3).map((path) => path.replaceAll('{id}', 's'));
    const tags = await Promise.all(paths.map(async (path) => (await read(path, '""')).headers.get('etag') ?? ''));
    await database.sql(UPGRADE_TO_V3);
    await database.sql(storeRun('s'), ['s-r3', JSON.stringify(runOf('s-r3', 'third'))]);
    for (const [index, path] of paths.entries()) {
      const response = await read(path, tags[index] ?? '');
      expect([response.status, response.text]).toEqual([200, (await call(own.baseUrl, path)).text]);
      expect(response.text).toContain('third');
    }
    await own.stop();
  });
});
