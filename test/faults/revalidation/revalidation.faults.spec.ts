import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/api.js';
import { REVALIDATED_TABLES, RevalidatedDatabase, RevalidationCheck } from '../../support/revalidation-check.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { KillablePostgres } from '../support/killable-postgres.js';
import { recordRace } from '../support/record-reliability.js';
import { killOneProcess, pauseWalWriter } from '../support/server-processes.js';

/** A failing test is repeated with FAULTS_SEED. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const STEPS = Number(process.env['REVALIDATION_STEPS'] ?? 2_000);

/** Without autovacuum only transactions of the check get ids, so that more ids are given again after a crash. */
const SETTINGS = ['autovacuum=off', 'wal_retrieve_retry_interval=100ms'];

it(`304 stands for the current response throughout ${STEPS} random changes and crashes`, {
  timeout: scaled(120_000 + STEPS * 400),
}, async () => {
  const random = new SeededRandom(SEED);
  const solo = await KillablePostgres.start([...SETTINGS, 'synchronous_commit=off']);
  const primary = await KillablePostgres.start(SETTINGS);
  onTestFinished(() => [solo, primary].forEach(({ end }) => void end()));
  const databases: RevalidatedDatabase[] = [];
  const servers = new Map<RevalidatedDatabase, KillablePostgres>();
  const add = async (server: KillablePostgres, id: string, tables = '') => {
    await server.databases.createDatabase(id);
    await server.sql(tables, id);
    const database = new RevalidatedDatabase(id, server.databases.url(id), tables);
    onTestFinished(() => database.close());
    databases.push(database);
    servers.set(database, server);
  };
  for (const [id, tables] of Object.entries(REVALIDATED_TABLES)) await add(solo, id, tables);
  await add(primary, 'replicated', REVALIDATED_TABLES['v3']);
  const standbys = [await primary.startStandby(), await primary.startStandby()];
  onTestFinished(() => standbys.forEach(({ end }) => void end()));
  const service = await startSessionService({
    LOG_LEVEL: 'fatal',
    AGNO_SESSION_DSN_MAP: JSON.stringify(Object.fromEntries(databases.map(({ id, dsn }) => [id, dsn]))),
    AGNO_SESSION_REPLICA_MAP: JSON.stringify({
      replicated: standbys.map((standby) => standby.databases.url('replicated')),
    }),
  });
  onTestFinished(async () => void (await service.stop()));

  /**
   * Kills one process of a server or all of them. On the server without replicas, this undoes commits that clients have
   * read: they were not flushed.
   */
  const crash = async (database: RevalidatedDatabase, check: RevalidationCheck) => {
    const server = servers.get(database) ?? solo;
    // The primary then serves reads.
    if (server === primary) await standbys[0]?.sql(`SELECT pg_wal_replay_${random.pick(['pause', 'resume'])}()`);
    const onServer = databases.filter((each) => servers.get(each) === server);
    for (const each of onServer) await each.endAll();
    const session = 's0';
    await server.sql('CHECKPOINT');
    await pauseWalWriter(server);
    for (let count = random.below(3); count >= 0; count--) {
      await database.query(check.storeRun(database, session, 's0r0'));
      for (let reads = 0; reads < 4; reads++) await check.compare(database, check.path(session));
    }
    if (random.oneIn(2)) {
      await server.kill();
      await server.restart();
    } else {
      await killOneProcess(server);
    }
    for (const each of onServer) await until(() => each.query('SELECT').catch(() => undefined));
    // The same transaction ids again, with runs of the same ids and sizes.
    for (let count = random.below(3); count >= 0; count--) {
      await database.query(check.storeRun(database, session, 's0r0'));
      for (let reads = 0; reads < 4; reads++) await check.compare(database, check.path(session));
    }
  };

  const check = new RevalidationCheck(random, databases, service.baseUrl, crash);
  await check.run(STEPS);
  const { mistakes, responses, notModified, changes, crashes } = check.report;
  process.stdout.write(
    `${STEPS} steps: ${changes} changes, ${crashes} crashes, ${responses} responses, ${notModified} of them 304, ${mistakes.length} mistakes\n`,
  );
  expect(mistakes.slice(0, 3)).toEqual([]);
  expect(notModified).toBeGreaterThan(responses / 10);
  recordRace(
    'conditional reads while sessions change and servers crash',
    responses,
    '304 stands for the current response',
  );
});
