import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { runMirrorReplay } from '../support/mirror-process.js';
import { freePort } from '../support/ports.js';
import { createScratchDatabase, type ScratchDatabase, unreachableDsn } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const KEY = 'a-key-that-nobody-may-see';
const SESSIONS = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at)
  SELECT 's' || n, 'agent', 'a', 'ann', jsonb_build_object('session_name', 'Chat ' || n), 1760000000 + n / 2
  FROM generate_series(0, 9) n`;

/**
 * Compares two instances of our service; the first one stands for Python. One session differs in the second database.
 */
describe('mirror replay', () => {
  let databases: ScratchDatabase[];
  let services: ServerProcess[];
  let sides: string[];

  beforeAll(async () => {
    databases = await Promise.all([createScratchDatabase(), createScratchDatabase()]);
    for (const database of databases) {
      await database.sql(V2_TABLES);
      await database.sql(SESSIONS);
    }
    await databases[1]?.sql(`UPDATE ai.agno_sessions SET session_data = '{"session_name": "<b>Planted</b>"}'
      WHERE session_id = 's3'`);
    services = await Promise.all(
      databases.map(({ dsn }) => startSessionService({ AGNO_PG_DSN: dsn, OS_SECURITY_KEY: KEY })),
    );
    sides = ['--python', services[0]?.baseUrl ?? '', '--ours', services[1]?.baseUrl ?? ''];
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  const paths = Array.from({ length: 10 }, (_, n) => `/sessions/s${n}`);
  const log = (...targets: string[]) => ({
    name: 'access.log',
    text: targets.map((target) => `127.0.0.1 - - [x] "GET ${target} HTTP/1.1" 200 5\n`).join(''),
  });
  const authorized = { MIRROR_HEADERS: `Authorization: Bearer ${KEY}` };

  it('reports the only session that differs, without disclosing the security key', async () => {
    const run = await runMirrorReplay(log('/sessions?limit=3', '/agents', ...paths), sides, authorized);
    expect(run.stderr).toBe('');
    expect(run.exitCode).toBe(1);
    expect(run.report?.total.counts).toMatchObject({ equal: 10, different: 1, error: 0 });
    expect(run.report?.skipped).toEqual({ 'not a path of this service': 1 });
    expect(run.report?.findings).toHaveLength(1);
    expect(run.report?.findings[0]?.examples[0]).toMatchObject({
      target: '/sessions/s3',
      differences: [{ path: '$.session_name', expected: '"Chat 3"', actual: '"<b>Planted</b>"' }],
    });
    expect(run.page).toContain('&lt;b&gt;Planted&lt;/b&gt;');
    expect(run.stdout).toContain('$.session_name');
    for (const text of [run.stdout, run.page, JSON.stringify(run.report)]) expect(text).not.toContain(KEY);
  });

  it('exits with 0 when all responses are equal, including error responses', async () => {
    const equal = paths.filter((path) => path !== '/sessions/s3');
    expect((await runMirrorReplay(log(...equal), sides, authorized)).exitCode).toBe(0);
    expect((await runMirrorReplay(log(...paths, '/sessions?limit=x'), sides)).exitCode).toBe(0);
  });

  it('exits with 0 when the percentage of different responses is within --allow', async () => {
    const run = await runMirrorReplay(log(...paths), [...sides, '--allow', '10%'], authorized);
    expect(run.report?.outcome).toBe('within allowance');
    expect(run.exitCode).toBe(0);
  });

  it('prints no values of responses with --no-values', async () => {
    const run = await runMirrorReplay(log('/sessions/s3?user_id=ann'), [...sides, '--no-values'], authorized);
    expect(run.report?.findings[0]?.examples[0]).toEqual({
      method: 'GET',
      target: '/sessions/{session_id}?user_id=…',
      differences: [{ path: '$.session_name', expected: 'text', actual: 'text' }],
      more: 0,
    });
    for (const text of [run.stdout, run.page]) expect(text).not.toMatch(/Planted|Chat 3|=ann/);
  });

  it('exits with 2 when the log has no request to compare, or a service does not respond', async () => {
    expect((await runMirrorReplay(log('/agents'), sides)).exitCode).toBe(2);
    const port = new URL(await unreachableDsn()).port;
    const down = await runMirrorReplay(log('/sessions'), [...sides.slice(0, 3), `http://127.0.0.1:${port}`]);
    expect(down.stderr).toContain('--ours does not respond: ECONNREFUSED');
    expect(down.exitCode).toBe(2);
  });

  it('exits with 2 and overwrites nothing when the file of its report already exists', async () => {
    const source = log('/sessions/s1');
    const file = await runMirrorReplay(source, sides, authorized, (folder) => {
      writeFileSync(join(folder, 'report.json'), 'older');
    });
    expect([file.exitCode, file.stderr]).toEqual([2, expect.stringContaining('--json: report.json exists')]);
    expect(file.files).toEqual({ 'access.log': source.text, 'report.json': 'older' });
    const link = await runMirrorReplay(source, sides, authorized, (folder) => {
      symlinkSync('target', join(folder, 'report.json'));
    });
    expect([link.exitCode, link.stderr]).toEqual([2, expect.stringContaining('--json: report.json exists')]);
    expect(link.files).toEqual({ 'access.log': source.text, 'report.json': '→ target' });
  });

  it('leaves no empty report file when a service does not respond at its start', async () => {
    const down = await runMirrorReplay(log('/sessions'), [
      ...sides.slice(0, 3),
      `http://127.0.0.1:${await freePort()}`,
    ]);
    expect([down.exitCode, Object.keys(down.files)]).toEqual([2, ['access.log']]);
  });

  it('counts requests that our service answers although Python fails', async () => {
    await databases[0]?.goDown();
    const run = await runMirrorReplay(log('/sessions/s1', '/sessions/s2'), sides, authorized);
    await databases[0]?.comeBack();
    expect(run.report?.total.counts).toMatchObject({ answeredWherePythonFails: 2, different: 0 });
    expect(run.report?.findings[0]).toMatchObject({ kind: 'answeredWherePythonFails', place: '503 → 200', count: 2 });
    expect(run.exitCode).toBe(2);
  });

  describe('recorded writes', () => {
    const har = (...entries: object[]) => ({ name: 'recorded.har', text: JSON.stringify({ log: { entries } }) });
    const json = { headers: [{ name: 'Content-Type', value: 'application/json' }] };
    const write = (method: string, path: string, body?: object, response?: object) => ({
      request: { method, url: `https://recorded.test${path}`, ...json, postData: { text: JSON.stringify(body) } },
      response: { content: { text: JSON.stringify(response) } },
    });
    const recorded = '0b0e7f5e-5f3c-4e0b-9c0e-2f6b8f0a1c2d';
    const source = har(
      write('POST', '/sessions', { agent_id: 'a', user_id: 'own' }, { session_id: recorded }),
      write('PATCH', `/sessions/${recorded}`, { session_name: 'Changed' }),
      { request: { method: 'GET', url: `https://recorded.test/sessions/${recorded}`, headers: [] } },
      write('DELETE', '/sessions', { session_ids: [recorded], session_types: ['agent'] }),
    );
    const hosts = () => services.map(({ baseUrl }) => new URL(baseUrl).host).join(',');
    const count = async (database?: ScratchDatabase) =>
      (await database?.sql<{ n: string }>('SELECT count(*) AS n FROM ai.agno_sessions'))?.[0]?.n;
    const mark = (index: number, session_name: string) =>
      call(services[index]?.baseUrl ?? '', '/sessions', {
        method: 'POST',
        body: { session_id: 'mirror-throw-away', agent_id: 'a', session_name },
        headers: { authorization: `Bearer ${KEY}` },
      });

    it('are skipped without --unsafe', async () => {
      const run = await runMirrorReplay(source, sides, authorized);
      expect(run.report?.skipped).toEqual({ 'neither GET nor HEAD': 3 });
      expect(await count(databases[0])).toBe('10');
    });

    it('are rejected unless --unsafe names the hosts and both databases are marked as disposable', async () => {
      const unnamed = await runMirrorReplay(source, [...sides, '--unsafe', 'yes'], authorized);
      expect([unnamed.exitCode, unnamed.stderr]).toEqual([2, expect.stringContaining('--unsafe: expected the hosts')]);
      await mark(0, 'python');
      await mark(1, 'python');
      const unmarked = await runMirrorReplay(source, [...sides, '--unsafe', hosts()], authorized);
      expect(unmarked.exitCode).toBe(2);
      expect(unmarked.stderr).toContain("no session 'mirror-throw-away' with the name 'ours'");
      expect(await count(databases[0])).toBe('11');
    });

    it('compare as equal when they differ only in generated ids and times', async () => {
      await databases[1]?.sql("DELETE FROM ai.agno_sessions WHERE session_id = 'mirror-throw-away'");
      await mark(1, 'ours');
      const run = await runMirrorReplay(source, [...sides, '--unsafe', hosts()], authorized);
      expect(run.report?.findings).toEqual([]);
      expect(run.report?.total.counts.equal).toBe(4);
      expect(run.exitCode).toBe(0);
      expect(await count(databases[1])).toBe('11');
    });
  });
});
