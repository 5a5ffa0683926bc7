import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { createScratchDatabase, type ScratchDatabase, unreachableDsn } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

describe('the service during a database outage', () => {
  let healthy: ScratchDatabase;
  let flaky: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    healthy = await createScratchDatabase();
    flaky = await createScratchDatabase();
    const unborn = await unreachableDsn();
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ healthy: healthy.dsn, flaky: flaky.dsn, unborn }),
    });
  });
  afterAll(async () => {
    await service.stop();
    expect(service.output()).not.toContain('hush');
  });

  it('responds 503 for a database that is down at start, and serves the other databases', async () => {
    const reply = await call(service.baseUrl, '/sessions?db_id=unborn');
    expect(reply.status).toBe(503);
    expect(reply.json).toEqual({ detail: "Database 'unborn' is unavailable" });
    expect((await call(service.baseUrl, '/sessions?db_id=healthy')).status).toBe(200);
  });

  it('responds 503 while one database is down, recovers without a restart, and serves the other database throughout', async () => {
    await call(service.baseUrl, '/sessions?db_id=flaky', { method: 'POST', body: { session_id: 's' } });
    await flaky.goDown();
    for (let request = 0; request < 10; request++) {
      expect((await call(service.baseUrl, '/sessions/s?db_id=flaky')).status).toBe(503);
      expect((await call(service.baseUrl, '/sessions?db_id=healthy')).status).toBe(200);
    }
    await flaky.comeBack();
    await until(async () => (await call(service.baseUrl, '/sessions/s?db_id=flaky')).status === 200);
  });
});

describe('a database that is down while clients request only /readyz', () => {
  it('is logged once with the reason, and once more when it is up again', async () => {
    const database = await createScratchDatabase();
    const service = await startSessionService({ AGNO_PG_DSN: database.dsn });
    const ready = async () => (await call(service.baseUrl, '/readyz')).status;
    const linesAbout = (text: string) => service.output().split(text).length - 1;
    try {
      await database.goDown();
      await until(async () => (await ready()) === 503);
      await until(async () => linesAbout("Database 'default' is down: ") > 0);
      // The first check may have had a connection still.
      const reasons =
        'database \\\\"e2e_\\w+\\\\" is not currently accepting connections|terminating connection due to .*';
      expect(service.output()).toMatch(new RegExp(`"level":"warn".*is down: (${reasons})"`));
      await database.comeBack();
      await until(async () => (await ready()) === 200);
      await until(async () => linesAbout("Database 'default' is up again after ") > 0);
      expect(linesAbout("Database 'default' is down: ")).toBe(1);
    } finally {
      await service.stop();
    }
  });
});

describe('a database server that starts after the service', () => {
  it('is used as soon as it accepts connections', async () => {
    let postgres: TestPostgres | undefined;
    const port = await freePort();
    const service = await startSessionService({
      AGNO_PG_DSN: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    });
    try {
      expect((await call(service.baseUrl, '/sessions')).status).toBe(503);
      postgres = await startPostgres(port);
      expect((await call(service.baseUrl, '/sessions')).status).toBe(200);
    } finally {
      await service.stop();
      await postgres?.stop();
    }
  });
});
