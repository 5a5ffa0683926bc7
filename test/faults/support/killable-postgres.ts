import { type ChildProcess, execFile } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { inject } from 'vitest';
import { commandFor, postgresPrograms } from '../../../apps/session-service/src/embedded/postgres-programs.js';
import { until } from '../../support/api.js';
import { isRunning, spawnTracked } from '../../support/child-process.js';
import { freePort } from '../../support/ports.js';
import { type DatabaseServer, databaseServerAt, runSql } from '../../support/postgres.js';
import { forgetProcess, killOnExit } from '../../support/reaper.js';
import { PASSWORD } from './empty-cluster.js';

/**
 * Settings with which acknowledged writes survive a crash of the server. `fsync` is off, because it protects only
 * against a crash of the machine, which these tests never cause, and would make each commit and recovery as slow as the
 * disk.
 */
const DURABLE = ['synchronous_commit=on', 'fsync=off', 'max_connections=100', 'timezone=UTC'];

const run = promisify(execFile);

/**
 * A PostgreSQL server that can be killed, restarted on the same port with the same data, and frozen. No method blocks
 * the test process, so its requests continue meanwhile.
 */
export class KillablePostgres {
  readonly databases: DatabaseServer;
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly settings: readonly string[],
  ) {
    this.databases = databaseServerAt(`postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`);
  }

  /**
   * @param settings such as `max_connections=20`
   * @param home parent of the data folder, for example a separate file system
   */
  static async start(settings: readonly string[] = [], home = tmpdir()): Promise<KillablePostgres> {
    const folder = join(mkdtempSync(join(home, 'agno-killable-postgres-')), 'cluster');
    await run('cp', ['-a', inject('emptyCluster'), folder]);
    return KillablePostgres.startOn(folder, settings);
  }

  /** Starts a server on an existing data folder. */
  static async startOn(folder: string, settings: readonly string[]): Promise<KillablePostgres> {
    const port = await freePort();
    const address = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const postgres = new KillablePostgres(port, folder, [...address, ...DURABLE, ...settings]);
    // Removes the data on a regular exit.
    process.once('exit', postgres.end);
    await postgres.begin();
    return postgres;
  }

  /** Connection string for standbys of this server. */
  get address(): string {
    return `host=127.0.0.1 port=${this.port} user=postgres password=${PASSWORD}`;
  }

  /** Runs SQL on a separate connection that bypasses any proxy. */
  sql<Row extends object>(text: string, database = 'postgres', values: readonly unknown[] = []): Promise<Row[]> {
    return runSql(this.databases.url(database), text, values) as Promise<Row[]>;
  }

  /** Changes a setting in the running server. Resolves when new connections have it. */
  async configure(name: string, value: string): Promise<void> {
    await this.sql(`ALTER SYSTEM SET ${name} = '${value}'`);
    await this.sql('SELECT pg_reload_conf()');
    await until(
      async () => (await this.sql('SELECT WHERE current_setting($1) = $2', 'postgres', [name, value])).length,
    );
  }

  /** Starts a synchronous standby: from then on this server acknowledges only commits that the standby has, too. */
  async startSynchronousStandby(): Promise<KillablePostgres> {
    const standby = await this.startStandby();
    await this.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await this.sql('SELECT pg_reload_conf()');
    await until(async () => (await this.sql("SELECT FROM pg_stat_replication WHERE sync_state = 'sync'")).length > 0);
    return standby;
  }

  /**
   * Starts an asynchronous standby. The backup is made by hand, because the npm packages of PostgreSQL lack
   * `pg_basebackup`.
   */
  async startStandby(): Promise<KillablePostgres> {
    const folder = join(mkdtempSync(join(tmpdir(), 'agno-killable-postgres-')), 'cluster');
    const backup = new pg.Client({ connectionString: this.databases.url('postgres') });
    await backup.connect();
    try {
      await backup.query("SELECT pg_backup_start('standby', fast => true)");
      await run('cp', ['-a', this.folder, folder]);
      const { rows } = await backup.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      writeFileSync(join(folder, 'backup_label'), rows[0]?.labelfile ?? '');
    } finally {
      await backup.end();
    }
    writeFileSync(join(folder, 'standby.signal'), '');
    appendFileSync(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${this.address}'\n`);
    rmSync(join(folder, 'postmaster.pid'));
    await run('chown', ['--recursive', `--reference=${this.folder}`, folder]);
    const standby = await KillablePostgres.startOn(folder, []);
    await until(
      async () => (await standby.sql("SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'")).length > 0,
    );
    return standby;
  }

  /** Sends SIGKILL to every process of the server. Resolves when all have ended. */
  async kill(): Promise<void> {
    const pids = this.signal('SIGKILL');
    await until(async () => this.hasStopped() && !pids.some(isRunning));
    for (const pid of pids) forgetProcess(pid);
  }

  /** Starts the server again with the same settings. Resolves when it accepts connections. */
  restart(): Promise<void> {
    return this.begin();
  }

  /** Sends SIGSTOP to every process: connections stay open but get no response. */
  freeze(): void {
    // Frozen processes do not notice when the postmaster ends, so they must be killed when the tests end early.
    for (const pid of this.signal('SIGSTOP')) killOnExit(pid);
  }

  thaw(): void {
    const [, ...others] = this.signal('SIGCONT');
    for (const pid of others) forgetProcess(pid);
  }

  /** Kills the server and removes its data. */
  readonly end = (): void => {
    process.off('exit', this.end);
    for (const pid of this.signal('SIGKILL')) forgetProcess(pid);
    rmSync(join(this.folder, '..'), { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
  };

  private async begin(): Promise<void> {
    const { postgres } = await postgresPrograms();
    const settings = this.settings.flatMap((setting) => ['-c', setting]);
    const { command, args, options } = commandFor(this.folder, postgres, ['-D', this.folder, ...settings]);
    const logFile = join(this.folder, '../server.log');
    const log = openSync(logFile, 'a');
    const child = spawnTracked(command, args, { ...options, stdio: ['ignore', log, log] });
    closeSync(log);
    this.child = child;
    await until(async () => {
      if (this.hasStopped()) {
        throw new Error(`PostgreSQL did not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
      }
      return this.sql('SELECT').then(
        () => true,
        () => false,
      );
    });
  }

  /** Signals the postmaster first, so that it cannot replace or reap the other processes. */
  private signal(signal: NodeJS.Signals): number[] {
    const pids = this.pids();
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // The process has ended in the meantime.
      }
    }
    return pids;
  }

  /** True when Node has reaped the postmaster. PostgreSQL does not start on a folder whose postmaster is still a zombie. */
  private hasStopped(): boolean {
    const { exitCode = null, signalCode = null } = this.child ?? {};
    return exitCode !== null || signalCode !== null;
  }

  private pids(): number[] {
    const first = this.child?.pid;
    if (first === undefined || this.hasStopped()) return [];
    try {
      const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim();
      return [first, ...(children === '' ? [] : children.split(' ').map(Number))];
    } catch {
      return [];
    }
  }
}
