import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, refusesConnections, until } from '../support/api.js';
import { childrenOf, type ServerProcess } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { pendingRequests } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const WORKERS = 3;
const POOL = 4;

describe('the service with AGNO_SERVICE_WORKERS', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService(settings());
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'first' } });
  });
  afterAll(() => service.stop());

  function settings() {
    return {
      AGNO_PG_DSN: `${database.dsn}?application_name=workers`,
      AGNO_SERVICE_WORKERS: String(WORKERS),
      AGNO_POOL_SIZE: String(POOL),
      LOG_LEVEL: 'info',
    };
  }

  /** Uses a new connection each time, so that the workers take turns. */
  const ask = (path: string, method = 'GET', body?: object) =>
    call(service.baseUrl, path, { method, headers: { connection: 'close' }, ...(body ? { body } : {}) });

  it('starts the configured number of worker processes, which share one port', async () => {
    const workers = new Set<unknown>();
    await until(async () => {
      await ask('/healthz');
      for (const line of service.output().split('\n')) {
        // The kept tail of a long output may begin in the middle of a line.
        if (line.startsWith('{') && line.includes('"route":"/healthz"')) workers.add(JSON.parse(line)['worker']);
      }
      return workers.size === WORKERS;
    });
    expect(await childrenOf(service.pid)).toHaveLength(WORKERS);
  });

  it('returns the same /health response from every worker, and never interleaves their log lines', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, () => ask('/health')));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    const lines = await until(async () => {
      const complete = service.output().split('\n').slice(1, -1);
      return complete.filter((line) => line.includes('"route":"/health"')).length >= 50 && complete;
    });
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
  });

  it('shows and counts a write in the next list of every worker', async () => {
    for (let round = 0; round < 10; round++) {
      expect((await ask('/sessions', 'POST', { session_id: `w${round}`, session_name: 'before' })).status).toBe(201);
      expect((await ask(`/sessions/w${round}`, 'PATCH', { session_name: `after ${round}` })).status).toBe(200);
      for (let worker = 0; worker < WORKERS; worker++) {
        const { data, meta } = (await ask('/sessions?limit=100')).json as { data: object[]; meta: object };
        expect(meta).toMatchObject({ total_count: round + 2 });
        expect(data).toContainEqual(expect.objectContaining({ session_name: `after ${round}` }));
      }
    }
  });

  it('divides AGNO_POOL_SIZE among the workers', async () => {
    await Promise.all(Array.from({ length: 60 }, () => ask('/sessions')));
    const open = await database.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'workers'");
    expect(open.length).toBeGreaterThan(1);
    expect(open.length).toBeLessThanOrEqual(POOL);
  });

  it('replaces a worker that dies, while the others keep serving', async () => {
    const [victim = 0, ...others] = await childrenOf(service.pid);
    process.kill(victim, 'SIGKILL');
    const replaced = until(async () => {
      const now = await childrenOf(service.pid);
      return now.length === WORKERS && !now.includes(victim) && now;
    });
    expect(await replaced).toEqual(expect.arrayContaining(others));
    for (let index = 0; index < 3 * WORKERS; index++) expect((await ask('/sessions')).status).toBe(200);
    await until(async () => /Worker \d exited \(SIGKILL\) and will be replaced/.test(service.output()));
  });

  it('keeps the other workers when a worker dies while it collects their metrics', async () => {
    const own = await startSessionService({ ...settings(), AGNO_SERVICE_WORKERS: '2' });
    const [asking = 0, stopped = 0] = await childrenOf(own.pid);
    process.kill(stopped, 'SIGSTOP');
    const alone = { headers: { connection: 'close' } };
    // The connections are distributed round-robin, so each of the two workers gets one of these requests.
    const scrapes = [0, 1].map(() => call(own.baseUrl, '/metrics', alone).catch(() => undefined));
    let served = 0;
    for (let index = 0; index < 4; index++)
      void call(own.baseUrl, '/livez', alone).then(
        () => served++,
        () => undefined,
      );
    await until(async () => served >= 2);
    process.kill(asking, 'SIGKILL');
    process.kill(stopped, 'SIGCONT');
    await Promise.all(scrapes);
    await until(async () => (await childrenOf(own.pid)).filter((id) => id !== asking).length === 2);
    expect((await call(own.baseUrl, '/livez', alone)).status).toBe(200);
    expect(await own.stop()).toBe(0);
  });

  it('answers all requests in flight on SIGTERM and exits with 0', async () => {
    const own = await startSessionService(settings());
    await call(own.baseUrl, '/sessions/first');
    const lock = await database.lock('ai.agno_sessions');
    const replies = Array.from({ length: 30 }, () =>
      call(own.baseUrl, '/sessions/first', { headers: { connection: 'close' } }),
    );
    const waiting = async () => (await pendingRequests(own)) + (await database.waitersFor('ai.agno_sessions'));
    await until(async () => (await waiting()) >= replies.length);
    const exit = own.stop();
    await until(() => refusesConnections(own));
    await lock.release();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    expect(await exit).toBe(0);
  });

  it('reports the reason of a failed start once', async () => {
    const taken = new URL(service.baseUrl).port;
    const failure = await startFailure({ ...settings(), AGNO_SERVICE_PORT: taken });
    expect(failure.match(/^.*EADDRINUSE.*$/gm)).toEqual([
      expect.stringMatching(`^AGNO_SERVICE_PORT cannot be used: .*EADDRINUSE.*:${taken}$`),
    ]);
    const error = await startFailure({
      ...settings(),
      AGNO_POOL_SIZE: '2',
      AGNO_SERVICE_PORT: String(await freePort()),
    });
    expect(error).toContain('AGNO_POOL_SIZE must be at least AGNO_SERVICE_WORKERS');
  });

  async function startFailure(env: Record<string, string>): Promise<string> {
    return startSessionService(env).then(outputAtEnd, (error: Error) => error.message);
  }

  /** The service that has taken the port responds as if the new one had started. */
  async function outputAtEnd(started: ServerProcess): Promise<string> {
    await until(async () => started.ended());
    return started.output();
  }
});
