import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../../support/api.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { MAIN_DATABASE, ReplicatedService } from '../support/replicated-service.js';

/** Pool size, the maximum number of connections to each server from both workers together. */
const POOL = 4;
/** Number of concurrent reads, enough to use all connections of every worker. */
const MANY = 40;
/** Milliseconds, longer than the service takes to eject a dead replica: see the timeouts in replica.ts. */
const DETECTED_MS = 1_500 + scaled(500);

/** Settings with two workers, because each worker must see the writes of the other one. */
const SETTINGS = {
  AGNO_SERVICE_WORKERS: '2',
  AGNO_POOL_SIZE: String(POOL),
  AGNO_CONNECT_TIMEOUT_MS: String(scaled(10_000)),
  AGNO_REQUEST_TIMEOUT_MS: String(scaled(10_000)),
};

describe('a read replica', { tags: 'quick' }, () => {
  let replicated: ReplicatedService;
  const ask = (path: string, method = 'GET', body?: object) =>
    call(replicated.service.baseUrl, path, { method, body, headers: { connection: 'close' } });
  const standby = () => replicated.standbys[0] ?? expect.fail('no standby');

  beforeAll(async () => {
    replicated = await ReplicatedService.start(1, SETTINGS);
    await ask('/sessions?type=agent', 'POST', { session_id: 's', session_name: 'first', runs: [{ run_id: 'r' }] });
  });
  afterAll(() => replicated.stop());

  it('serves lists, details and runs instead of the primary', async () => {
    const paths = ['/sessions', '/sessions/s', '/sessions/s/runs', '/sessions/s/runs/r', '/sessions?user_id=nobody'];
    for (const path of paths) {
      const [, before = 0] = await replicated.reads();
      await replicated.untilStandbysRead(async () => expect((await ask(path)).status).toBe(200));
      expect((await replicated.reads())[1]).toBeGreaterThanOrEqual(before + 10);
    }
  });

  it('shows every write in the next read of any worker', async () => {
    for (let round = 0; round < 50; round++) {
      const name = `name ${round}`;
      expect((await ask('/sessions/s', 'PATCH', { session_name: name })).status).toBe(200);
      expect((await ask(`/sessions/s?type=agent`)).json).toMatchObject({ session_name: name });
      expect((await ask('/sessions', 'POST', { session_id: `s${round}` })).status).toBe(201);
      expect((await ask('/sessions?limit=1')).json).toMatchObject({ meta: { total_count: round + 2 } });
    }
    const [, fromReplica] = await replicated.reads();
    expect(fromReplica).toBeGreaterThan(50);
  });

  it('is not read while it is behind, and is read again when it has caught up', async () => {
    await standby().sql('SELECT pg_wal_replay_pause()');
    expect((await ask('/sessions/s', 'PATCH', { session_name: 'ahead' })).status).toBe(200);
    const [, before] = await replicated.reads();
    for (let index = 0; index < 20; index++)
      expect((await ask('/sessions/s')).json).toMatchObject({ session_name: 'ahead' });
    expect((await replicated.reads())[1]).toBe(before);
    await standby().sql('SELECT pg_wal_replay_resume()');
    await replicated.untilStandbysRead(() => ask('/sessions/s'));
    expect((await ask('/sessions/s')).json).toMatchObject({ session_name: 'ahead' });
  });

  it('is still read after the idle primary has switched to a new WAL segment', async () => {
    await replicated.primary.sql('SELECT pg_switch_wal()');
    await replicated.untilStandbysRead(() => ask('/sessions/s'));
  });

  it('causes no failed request when it is killed, and is read again after its restart', async () => {
    await standby().kill();
    for (let index = 0; index < 20; index++) expect((await ask('/sessions/s')).status).toBe(200);
    // Each worker considers a server up for a second after its last response.
    const readiness = await until(async () => {
      const { json } = await ask('/readyz');
      return !isOk(json) && json;
    });
    expect(readiness).toEqual({ status: 'degraded' });
    await standby().restart();
    await replicated.untilStandbysRead(() => ask('/sessions/s'));
    await expect.poll(() => replicated.service.output()).toMatch(/Replica 'main:replica1' was ejected: .*/);
  });

  it('is replaced by the primary for reads that are running when it stops', async () => {
    const lock = await lockTable();
    const reading = ask('/sessions/s');
    await until(async () => (await waiting()) > 0);
    standby().freeze();
    onTestFinished(() => standby().thaw());
    await lock.end();
    expect((await reading).status).toBe(200);
  });

  it('is not considered dead while slow reads hold all of its connections', async () => {
    const lock = await lockTable();
    const readings = Array.from({ length: MANY }, () => ask('/sessions/s'));
    await until(async () => (await waiting()) === POOL);
    await sleep(DETECTED_MS);
    expect(await waiting()).toBe(POOL);
    await lock.end();
    for (const reading of readings) expect((await reading).status).toBe(200);
  });

  /** Blocks all reads of sessions on the primary and the standby until the returned client disconnects. */
  async function lockTable(): Promise<pg.Client> {
    await replicated.untilStandbysRead(() => ask('/sessions/s'));
    const lock = new pg.Client({ connectionString: replicated.primary.databases.url(MAIN_DATABASE) });
    await lock.connect();
    onTestFinished(() => lock.end());
    await lock.query('BEGIN; LOCK TABLE ai.agno_sessions');
    // The standby takes the lock when it receives the WAL. Switching the segment makes the primary flush and send it.
    await replicated.primary.sql('SELECT pg_switch_wal()');
    await until(async () => (await standby().sql(LOCKED, MAIN_DATABASE)).length > 0);
    return lock;
  }

  /** Number of reads that wait on the standby. */
  async function waiting(): Promise<number> {
    return (await standby().sql(WAITING, MAIN_DATABASE)).length;
  }
});

describe('a replica whose DSN names another database', () => {
  it('is not read', async () => {
    const replicated = await ReplicatedService.start(1);
    onTestFinished(() => replicated.stop());
    const wrong = await replicated.primary.databases.createDatabase('wrong');
    const [{ port } = expect.fail('no standby')] = replicated.standbys;
    const service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ [MAIN_DATABASE]: replicated.primary.databases.url(MAIN_DATABASE) }),
      AGNO_SESSION_REPLICA_MAP: JSON.stringify({ [MAIN_DATABASE]: [wrong.replace(/:\d+\//, `:${port}/`)] }),
    });
    onTestFinished(async () => void (await service.stop()));
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    await until(async () => {
      expect((await call(service.baseUrl, '/sessions/s')).status).toBe(200);
      return /Replica 'main:replica1' was ejected: it replicates another server/.test(service.output());
    });
  });
});

describe('a replica after a fail-over', () => {
  it('is read when it follows the new primary', async () => {
    const replicated = await ReplicatedService.start(2);
    onTestFinished(() => replicated.stop());
    const [successor, follower] = replicated.standbys;
    if (successor === undefined || follower === undefined) expect.fail('no standbys');
    const ask = () => call(replicated.service.baseUrl, '/sessions/s');
    await call(replicated.service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    await replicated.untilStandbysRead(ask);

    await replicated.primary.kill();
    await successor.sql('SELECT pg_promote()');
    await follower.sql(`ALTER SYSTEM SET primary_conninfo = '${successor.address}'`);
    await follower.sql('SELECT pg_reload_conf()');
    replicated.network.target = successor.port;
    replicated.network.cut();

    await until(async () => (await ask()).status === 200);
    await replicated.untilStandbysRead(ask);
    const name = { method: 'PATCH', body: { session_name: 'new' } };
    expect((await call(replicated.service.baseUrl, '/sessions/s', name)).status).toBe(200);
    expect((await ask()).json).toMatchObject({ session_name: 'new' });
  });

  it('is not read when it had replayed further than the new primary', async () => {
    const replicated = await ReplicatedService.start(2);
    onTestFinished(() => replicated.stop());
    const [successor, leftBehind] = replicated.standbys;
    if (successor === undefined || leftBehind === undefined) expect.fail('no standbys');
    const ask = async (path = '/sessions/s') => (await call(replicated.service.baseUrl, path)).json;
    const named = (name: string) =>
      call(replicated.service.baseUrl, '/sessions/s', { method: 'PATCH', body: { session_name: name } });
    await call(replicated.service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    await named('kept');
    await replicated.untilStandbysRead(() => ask());

    await successor.sql("ALTER SYSTEM SET primary_conninfo = ''");
    await successor.sql('SELECT pg_reload_conf()');
    await until(async () => (await successor.sql('SELECT FROM pg_stat_wal_receiver')).length === 0);
    await named('lost');
    await replicated.primary.sql('CREATE TABLE further AS SELECT generate_series(1, 100000)');
    await until(async () => (await leftBehind.sql("SELECT FROM pg_class WHERE relname = 'further'")).length > 0);
    await replicated.primary.kill();
    await successor.sql('SELECT pg_promote()');
    replicated.network.target = successor.port;
    replicated.network.cut();

    await until(async () => (await call(replicated.service.baseUrl, '/sessions/s')).status === 200);
    for (let index = 0; index < 50; index++) expect(await ask()).toMatchObject({ session_name: 'kept' });
  });
});

function isOk({ status }: { readonly status: string }): boolean {
  return status === 'ok';
}

const LOCKED = "SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'ai.agno_sessions'::regclass";
const WAITING = 'SELECT FROM pg_locks WHERE NOT granted';
