import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresCluster } from '../../../apps/session-service/src/embedded/postgres-cluster.js';
import { postgresPrograms } from '../../../apps/session-service/src/embedded/postgres-programs.js';
import { runProgram } from '../../../apps/session-service/src/embedded/run-program.js';
import { until } from '../../support/api.js';
import { freePort } from '../../support/ports.js';
import { type DatabaseServer, postmasterOf, runSql, serverAt } from '../../support/postgres.js';
import { endWithUs, hasEnded } from '../../support/reaper.js';

/** PostgreSQL's own defaults, so that what it has acknowledged survives being killed. */
const DURABLE = ['synchronous_commit=on', 'max_connections=100', 'timezone=UTC'];

const PASSWORD = 'hush';

/**
 * A PostgreSQL server that can be killed, started again on the same port with the same data, and frozen. Nothing here
 * blocks the process of the tests for long: their requests go on meanwhile.
 */
export class MortalPostgres {
  readonly databases: DatabaseServer;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly pgCtl: string,
  ) {
    this.databases = serverAt(`postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`);
  }

  /** @param home where its folder is made, e.g. a file system of its own; @param settings such as `max_connections=20` */
  static async start(settings: readonly string[] = [], home = tmpdir()): Promise<MortalPostgres> {
    const folder = join(mkdtempSync(join(home, 'agno-mortal-postgres-')), 'cluster');
    const programs = await postgresPrograms();
    const cluster = new PostgresCluster(programs, folder);
    cluster.create({ role: 'postgres', password: PASSWORD }, '--no-sync');
    return MortalPostgres.startOn(folder, settings);
  }

  /** Starts a server on a folder that exists. */
  static async startOn(folder: string, settings: readonly string[]): Promise<MortalPostgres> {
    const programs = await postgresPrograms();
    const port = await freePort();
    new PostgresCluster(programs, folder).start(port, ...DURABLE, ...settings);
    const postgres = new MortalPostgres(port, folder, programs.pgCtl);
    endWithUs(postmasterOf(folder));
    // Where this process ends in good order, the data goes as well.
    process.once('exit', postgres.end);
    return postgres;
  }

  /** What a server that follows this one connects to. */
  get address(): string {
    return `host=127.0.0.1 port=${this.port} user=postgres password=${PASSWORD}`;
  }

  /** Runs SQL on a connection of its own, past any proxy. */
  sql<Row extends object>(text: string, database = 'postgres', values: readonly unknown[] = []): Promise<Row[]> {
    return runSql(this.databases.url(database), text, values) as Promise<Row[]>;
  }

  /** A second server that follows this one. From then on this one acknowledges nothing that the other does not have. */
  async followInStep(): Promise<MortalPostgres> {
    const standby = await this.follow();
    await this.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await this.sql('SELECT pg_reload_conf()');
    await until(async () => (await this.sql("SELECT FROM pg_stat_replication WHERE sync_state = 'sync'")).length > 0);
    return standby;
  }

  /**
   * A second server that follows this one as fast as it can. PostgreSQL's `pg_basebackup` is not among the programs from
   * npm: the same is done by hand.
   */
  async follow(): Promise<MortalPostgres> {
    const folder = join(mkdtempSync(join(tmpdir(), 'agno-mortal-postgres-')), 'cluster');
    const backup = new pg.Client({ connectionString: this.databases.url('postgres') });
    await backup.connect();
    try {
      await backup.query("SELECT pg_backup_start('standby', fast => true)");
      execFileSync('cp', ['-a', this.folder, folder]);
      const { rows } = await backup.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      writeFileSync(join(folder, 'backup_label'), rows[0]?.labelfile ?? '');
    } finally {
      await backup.end();
    }
    writeFileSync(join(folder, 'standby.signal'), '');
    appendFileSync(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${this.address}'\n`);
    rmSync(join(folder, 'postmaster.pid'));
    execFileSync('chown', ['--recursive', `--reference=${this.folder}`, folder]);
    const standby = await MortalPostgres.startOn(folder, []);
    await until(
      async () => (await standby.sql("SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'")).length > 0,
    );
    return standby;
  }

  /** SIGKILL to every process of the server. Resolves when none is left. */
  async kill(): Promise<void> {
    const pids = this.signal('SIGKILL');
    await until(async () => !pids.some(isThere));
    for (const pid of pids) hasEnded(pid);
  }

  /** Starts it again with the settings it had. Resolves when it takes connections. */
  async restart(): Promise<void> {
    const log = join(this.folder, 'server.log');
    runProgram(this.pgCtl, this.folder, ['restart', '--no-wait', `--pgdata=${this.folder}`, `--log=${log}`]);
    await until(() =>
      this.sql('SELECT').then(
        () => true,
        () => false,
      ),
    );
    endWithUs(postmasterOf(this.folder));
  }

  /** SIGSTOP to every process: connections stay open and nobody answers. */
  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  /** Kills it and removes its data. */
  readonly end = (): void => {
    process.off('exit', this.end);
    for (const pid of this.signal('SIGKILL')) hasEnded(pid);
    rmSync(join(this.folder, '..'), { recursive: true, force: true, maxRetries: 10 });
  };

  /** The first server process gets it first, so that it does not replace or reap the others. */
  private signal(signal: NodeJS.Signals): number[] {
    const pids = this.pids();
    for (const pid of pids) if (isThere(pid)) process.kill(pid, signal);
    return pids;
  }

  private pids(): number[] {
    try {
      const first = postmasterOf(this.folder);
      const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim();
      return [first, ...(children === '' ? [] : children.split(' ').map(Number))];
    } catch {
      return [];
    }
  }
}

/** Also of a process that has ended and that its parent has not taken note of: PostgreSQL would not start beside it. */
function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
