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

describe.skipIf(!PgBouncer.isInstalled)(
  `a service behind PgBouncer${PgBouncer.isInstalled ? '' : ' (not installed)'}`,
  () => {
    let postgres: KillablePostgres;
    let pooler: PgBouncer;
    let service: ServerProcess;
    /** Name and version, for example `PgBouncer 1.18.0`. */
    let version: string;

    beforeAll(async () => {
      postgres = await KillablePostgres.start(['max_connections=20', 'superuser_reserved_connections=3']);
      // The settings are for the test only: few connections, and 1 s instead of 15 s until a failed login is retried.
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

    const runDuring = (name: string, disrupt: () => Promise<unknown>) =>
      runUnderLoad({ name, disrupt, postgres, database: 'shared', traffic: { baseUrl: service.baseUrl } });

    it.each([
      ['the DSN contains pgbouncer=true', 'told', '?pgbouncer=true'],
      ['the service has to detect the pooler', 'untold', ''],
    ])('serves all requests when %s', async (circumstance, database, query) => {
      await postgres.databases.createDatabase(database);
      const own = await serveThrough(database, query);
      try {
        const { sent } = await runUnderLoad({
          name: `${version} in transaction mode in front of an empty database, 10 client connections, ${SERVER_CONNECTIONS} server connections; ${circumstance}`,
          disrupt: () => sleep(1_500),
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

    it('returns the same responses as without PgBouncer', async () => {
      const direct = await startSessionService({ AGNO_PG_DSN: await postgres.databases.createDatabase('direct') });
      await postgres.databases.createDatabase('pooled');
      const pooled = await serveThrough('pooled', '');
      try {
        expect(await contractWalk(pooled.baseUrl)).toEqual(await contractWalk(direct.baseUrl));
      } finally {
        await Promise.all([direct.stop(), pooled.stop()]);
      }
    });

    it('loses no write when PgBouncer is restarted', async () => {
      const { sent } = await runDuring('PgBouncer stopped (SIGQUIT), restarted after 1 s', async () => {
        await pooler.stop();
        await sleep(1_000);
        await pooler.begin();
      });
      expect(unexpectedStatuses(sent, 503, 504)).toBe('');
      expect(slowestOf(sent)).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
    });

    it('fails no request after PgBouncer was restarted while the service was idle', async () => {
      await pooler.stop();
      await pooler.begin();
      const { sent } = await runDuring('PgBouncer restarted while the service is idle', () => sleep(500));
      expect(unexpectedStatuses(sent), service.output()).toBe('');
    });

    it('fails no request when PgBouncer reconnects to PostgreSQL', async () => {
      const { sent } = await runDuring('`RECONNECT` sent to PgBouncer, once a second for 3 s', () =>
        repeatedly(3, 1_000, () => pooler.command('RECONNECT')),
      );
      expect(unexpectedStatuses(sent), service.output()).toBe('');
    });

    it('loses no write when PostgreSQL terminates the connections of PgBouncer', async () => {
      const { sent } = await runDuring(
        'Connections of PgBouncer terminated by PostgreSQL (`pg_terminate_backend`), ten times a second for 3 s',
        () => repeatedly(30, 100, () => postgres.sql(TERMINATE_ALL)),
      );
      expect(unexpectedStatuses(sent, 503, 504)).toBe('');
    });

    it('loses no write when PostgreSQL is killed', async () => {
      const { sent } = await runDuring(
        'PostgreSQL behind PgBouncer killed (SIGKILL), restarted after 1 s',
        async () => {
          await postgres.kill();
          await sleep(1_000);
          await postgres.restart();
        },
      );
      expect(unexpectedStatuses(sent, 503, 504)).toBe('');
    });

    it('loses no write when max_connections of PostgreSQL is exhausted', async () => {
      const others = await occupyConnections(postgres);
      onTestFinished(() => others.leave());
      const { sent } = await runDuring(
        '`max_connections` behind PgBouncer exhausted by other clients for 3 s (53300)',
        async () => {
          await others.takeAll(TERMINATE_ALL);
          await sleep(scaled(3_000));
          await others.leave();
        },
      );
      expect(failuresOf(sent)).not.toEqual([]);
      expect(unexpectedStatuses(sent, 503, 504)).toBe('');
    });

    it('cancels statements at the request timeout', async () => {
      const other = new pg.Client({ connectionString: postgres.databases.url('shared') });
      await other.connect();
      onTestFinished(() => other.end());
      let running = Number.NaN;
      const { sent } = await runDuring('Sessions table behind PgBouncer locked by another client for 5 s', async () => {
        await other.query('BEGIN; LOCK TABLE ai.agno_sessions');
        await until(async () => (await waitingIn('shared')) === SERVER_CONNECTIONS);
        await sleep(scaled(5_000));
        running = await longRunningIn('shared');
        await other.query('ROLLBACK');
      });
      expect(failuresOf(sent)).not.toEqual([]);
      expect(unexpectedStatuses(sent, 503, 504)).toBe('');
      expect(slowestOf(sent)).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
      expect(running, 'statements that continued after their deadline').toBe(0);
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
  },
);

const OURS = "application_name = 'agno-session-service'";

const TERMINATE_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OURS}`;

async function repeatedly(times: number, pauseMs: number, act: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < times; index++) await Promise.all([act(), sleep(pauseMs)]);
}
