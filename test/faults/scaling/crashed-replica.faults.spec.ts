import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../../support/api.js';
import type { ServerProcess } from '../../support/child-process.js';
import { scrapeMetrics } from '../../support/scraped-metrics.js';
import { startSessionService } from '../../support/session-service.js';
import { KillablePostgres } from '../support/killable-postgres.js';
import { PgBouncer } from '../support/pg-bouncer.js';
import { killOneProcess } from '../support/server-processes.js';

const DATABASE = 'main';

/**
 * After a crash a standby accepts connections as soon as its data is consistent. Until it has replayed the WAL since, it
 * shows an earlier state than before the crash.
 * https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
 */
describe('a read replica that recovers from a crash', { tags: 'quick' }, () => {
  let primary: KillablePostgres;
  let standby: KillablePostgres;

  beforeAll(async () => {
    primary = await KillablePostgres.start();
    await primary.databases.createDatabase(DATABASE);
    standby = await primary.startStandby();
  });
  afterAll(() => {
    standby.end();
    primary.end();
  });

  it('returns no list in which an acknowledged write is missing', async () => {
    await listAcrossCrash(standby.databases.url(DATABASE));
  });

  it.skipIf(!PgBouncer.isInstalled)(
    'returns no list in which an acknowledged write is missing when it is behind PgBouncer',
    async () => {
      const pooler = await PgBouncer.start(standby, []);
      onTestFinished(pooler.end);
      await listAcrossCrash(pooler.databases.url(DATABASE));
    },
  );

  async function listAcrossCrash(replicaDsn: string): Promise<void> {
    const service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ [DATABASE]: primary.databases.url(DATABASE) }),
      AGNO_SESSION_REPLICA_MAP: JSON.stringify({ [DATABASE]: [replicaDsn] }),
    });
    onTestFinished(async () => void (await service.stop()));
    await standby.configure('bgwriter_lru_maxpages', '0');
    await standby.configure('recovery_min_apply_delay', '0');
    await create(service);
    await untilReplicaReads(service);
    await moveStartOfRecovery();
    await create(service);
    await untilReplicaReads(service);
    // Delays every commit that is replayed from now on, so after the crash also the last commit, which is replayed
    // again.
    await standby.configure('recovery_min_apply_delay', '1h');
    const before = await list(service);

    await killOneProcess(standby);
    expect(await list(service)).toEqual(before);
  }

  /**
   * Moves the position from which the standby recovers to the current one. Its data is consistent there if nothing else
   * is written to its files.
   */
  async function moveStartOfRecovery(): Promise<void> {
    const lastCheckpoint = async (server: KillablePostgres) => {
      const [row] = await server.sql<{ lsn: string }>('SELECT checkpoint_lsn AS lsn FROM pg_control_checkpoint()');
      return row?.lsn;
    };
    await primary.sql('CHECKPOINT');
    await until(async () => {
      await standby.sql('CHECKPOINT');
      return (await lastCheckpoint(standby)) === (await lastCheckpoint(primary));
    });
  }
});

async function create(service: ServerProcess): Promise<void> {
  expect((await call(service.baseUrl, '/sessions', { method: 'POST', body: {} })).status).toBe(201);
}

async function untilReplicaReads(service: ServerProcess): Promise<void> {
  await until(async () => {
    const [before, , after] = [await replicaPages(service), await list(service), await replicaPages(service)];
    return after > before;
  });
}

/** Number of pages that the replica has read. */
async function replicaPages(service: ServerProcess): Promise<number> {
  const name = `db_client_operation_duration_seconds_count{db_operation_name="page",db_id="${DATABASE}:replica1"}`;
  return (await scrapeMetrics(service)).get(name) ?? 0;
}

async function list(service: ServerProcess): Promise<readonly string[]> {
  const { data }: { readonly data: readonly { readonly session_id: string }[] } = (
    await call(service.baseUrl, '/sessions?limit=100')
  ).json;
  return data.map(({ session_id }) => session_id);
}
