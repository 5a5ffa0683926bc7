import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { DEFAULT_TIMEOUTS } from '../support/default-timeouts.js';
import { KillablePostgres } from '../support/killable-postgres.js';
import { PgBouncer } from '../support/pg-bouncer.js';
import { countStatuses, failuresOf, slowestOf, unexpectedStatuses } from '../support/response-statistics.js';
import { contractWalk } from './contract-walk.js';
import { occupyConnections } from './other-clients.js';
import { runUnderLoad } from './run-under-load.js';

const SERVER_CONNECTIONS = 3;
const REQUEST_TIMEOUT_MS = scaled(2_000);
const CONNECT_TIMEOUT_MS = scaled(1_000);
const NOISE_MS = scaled(1_500);

describe.skipIf(!PgBouncer.isInstalled)(`through PgBouncer${PgBouncer.isInstalled ? '' : ' (not installed)'}`, () => {
  let postgres: KillablePostgres;
  let pooler: PgBouncer;
  let service: ServerProcess;
  /** Such as `PgBouncer 1.18.0`. */
  let version: string;

  beforeAll(async () => {
    postgres = await KillablePostgres.start(['max_connections=20', 'superuser_reserved_connections=3']);
    // Nothing of what it is told is for the service: after a login that failed it would wait 15 s otherwise.
    pooler = await PgBouncer.start(postgres, [`default_pool_size = ${SERVER_CONNECTIONS}`, 'server_login_retry = 1']);
    version = await pooler.version();
    await postgres.databases.createDatabase('shared');
    service = await serveThrough('shared', '?pgbouncer=true');
  });
  afterAll(async () => {
    await service.stop();
    pooler.end();
    postgres.end();
  });

  function serveThrough(database: string, query: string): Promise<ServerProcess> {
    return startSessionService({
      ...DEFAULT_TIMEOUTS,
      AGNO_PG_DSN: pooler.databases.url(database) + query,
      AGNO_POOL_SIZE: '10',
      AGNO_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      AGNO_CONNECT_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS),
      AGNO_QUEUE_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS),
    });
  }

  const whileHappens = (name: string, happens: () => Promise<unknown>) =>
    runUnderLoad({ name, happens, postgres, database: 'shared', traffic: { baseUrl: service.baseUrl } });

  it.each([
    ['its DSN says so', 'told', '?pgbouncer=true'],
    ['nobody says so', 'untold', ''],
  ])('everything works where %s', async (circumstance, database, query) => {
    await postgres.databases.createDatabase(database);
    const own = await serveThrough(database, query);
    try {
      const { sent } = await runUnderLoad({
        name: `${version} in transaction mode before an empty database, 10 connections to it, ${SERVER_CONNECTIONS} behind it; ${circumstance}`,
        happens: () => sleep(1_500),
        postgres,
        database,
        traffic: { baseUrl: own.baseUrl, clients: 16 },
      });
      expect(unexpectedStatuses(sent), own.output()).toBe('');
      expect(await connectionsTo(database)).toBeLessThanOrEqual(SERVER_CONNECTIONS);
    } finally {
      await own.stop();
    }
  });

  it('answers are what they are without it', async () => {
    const direct = await startSessionService({ AGNO_PG_DSN: await postgres.databases.createDatabase('direct') });
    await postgres.databases.createDatabase('pooled');
    const pooled = await serveThrough('pooled', '');
    try {
      expect(await contractWalk(pooled.baseUrl)).toEqual(await contractWalk(direct.baseUrl));
    } finally {
      await Promise.all([direct.stop(), pooled.stop()]);
    }
  });

  it('nothing is lost when it is restarted', async () => {
    const { sent } = await whileHappens('PgBouncer stopped (SIGQUIT), started again after 1 s', async () => {
      await pooler.stop();
      await sleep(1_000);
      await pooler.begin();
    });
    expect(unexpectedStatuses(sent, 503, 504)).toBe('');
    expect(slowestOf(sent)).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
  });

  it('nobody notices that it was restarted while nobody asked', async () => {
    await pooler.stop();
    await pooler.begin();
    const { sent } = await whileHappens('PgBouncer restarted while nobody asked', () => sleep(500));
    expect(unexpectedStatuses(sent), service.output()).toBe('');
  });

  it('nobody notices that it renews its connections', async () => {
    const { sent } = await whileHappens('PgBouncer told to `RECONNECT`, once a second for 3 s', () =>
      repeatedly(3, 1_000, () => pooler.command('RECONNECT')),
    );
    expect(unexpectedStatuses(sent), service.output()).toBe('');
  });

  it('nothing is lost when its connections are ended', async () => {
    const { sent } = await whileHappens(
      'PgBouncer’s connections ended by PostgreSQL (`pg_terminate_backend`), ten times a second for 3 s',
      () => repeatedly(30, 100, () => postgres.sql(END_ALL)),
    );
    expect(unexpectedStatuses(sent, 503, 504)).toBe('');
  });

  it('nothing is lost when PostgreSQL is killed', async () => {
    const { sent } = await whileHappens(
      'PostgreSQL behind PgBouncer killed (-9), started again after 1 s',
      async () => {
        await postgres.kill();
        await sleep(1_000);
        await postgres.restart();
      },
    );
    expect(unexpectedStatuses(sent, 503, 504)).toBe('');
  });

  it('nothing is lost when PostgreSQL has no connection to give', async () => {
    const others = await occupyConnections(postgres);
    onTestFinished(() => others.leave());
    const { sent } = await whileHappens(
      '`max_connections` used up by others behind PgBouncer for 3 s (53300)',
      async () => {
        await others.takeAll(END_ALL);
        await sleep(scaled(3_000));
        await others.leave();
      },
    );
    expect(failuresOf(sent)).not.toEqual([]);
    expect(unexpectedStatuses(sent, 503, 504)).toBe('');
  });

  it('a statement is cancelled at its deadline', async () => {
    const other = new pg.Client({ connectionString: postgres.databases.url('shared') });
    await other.connect();
    onTestFinished(() => other.end());
    let running = Number.NaN;
    const { sent } = await whileHappens('Sessions table locked behind PgBouncer by somebody else for 5 s', async () => {
      await other.query('BEGIN; LOCK TABLE ai.agno_sessions');
      await until(async () => (await waitingIn('shared')) === SERVER_CONNECTIONS);
      await sleep(scaled(5_000));
      running = await longRunningIn('shared');
      await other.query('ROLLBACK');
    });
    expect(failuresOf(sent)).not.toEqual([]);
    expect(unexpectedStatuses(sent, 503, 504)).toBe('');
    expect(slowestOf(sent)).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
    expect(running, 'statements that went on after their deadline').toBe(0);
    expect(countStatuses(sent)).toContain('504');
  });

  async function count(condition: string): Promise<number> {
    const [row] = await postgres.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${condition}`,
    );
    return row?.n ?? 0;
  }
  const connectionsTo = (database: string) => count(`datname = '${database}' AND ${OURS}`);
  const waitingIn = (database: string) => count(`datname = '${database}' AND ${OURS} AND wait_event_type = 'Lock'`);
  const longRunningIn = (database: string) =>
    count(
      `datname = '${database}' AND ${OURS} AND state = 'active'
        AND query_start < now() - interval '${REQUEST_TIMEOUT_MS + NOISE_MS} ms'`,
    );
});

const OURS = "application_name = 'agno-session-service'";

const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OURS}`;

async function repeatedly(times: number, pauseMs: number, act: () => Promise<unknown>): Promise<void> {
  for (let at = 0; at < times; at++) await Promise.all([act(), sleep(pauseMs)]);
}
