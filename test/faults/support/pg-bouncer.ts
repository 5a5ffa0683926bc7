import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unprivilegedUser } from '../../../apps/session-service/src/embedded/postgres-programs.js';
import { until } from '../../support/api.js';
import { spawnTracked } from '../../support/child-process.js';
import { freePort } from '../../support/ports.js';
import { type DatabaseServer, databaseServerAt, runSql } from '../../support/postgres.js';
import type { KillablePostgres } from './killable-postgres.js';

/** Path of the program in Debian's package. */
const PROGRAM = '/usr/sbin/pgbouncer';

const USER = 'postgres';
/** Number of output chunks that are kept for error messages. */
const KEPT_PIECES = 100;

/** PgBouncer in transaction mode in front of a PostgreSQL server, otherwise with its default settings. */
export class PgBouncer {
  static readonly isInstalled = existsSync(PROGRAM);
  /** The databases of the server, reached through PgBouncer. */
  readonly databases: DatabaseServer;
  private readonly admin: string;
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    port: number,
    password: string,
  ) {
    const dsn = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
    this.databases = databaseServerAt(dsn);
    this.admin = this.databases.url('pgbouncer');
  }

  /** @param settings lines for the section `[pgbouncer]`, such as `default_pool_size = 3` */
  static async start(postgres: KillablePostgres, settings: readonly string[]): Promise<PgBouncer> {
    const folder = mkdtempSync(join(tmpdir(), 'agno-pgbouncer-'));
    const port = await freePort();
    const { password } = new URL(postgres.databases.url('postgres'));
    writeFileSync(join(folder, 'users.txt'), `"${USER}" "${password}"\n`);
    writeFileSync(
      join(folder, 'pgbouncer.ini'),
      [
        '[databases]',
        `* = host=127.0.0.1 port=${postgres.port}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = scram-sha-256',
        `auth_file = ${join(folder, 'users.txt')}`,
        `admin_users = ${USER}`,
        'pool_mode = transaction',
        ...settings,
        '',
      ].join('\n'),
    );
    const pooler = new PgBouncer(folder, port, password);
    // Removes the folder on a regular exit.
    process.once('exit', pooler.end);
    await pooler.begin();
    return pooler;
  }

  /** Runs a command of the admin console, such as `RECONNECT`. */
  command(text: string): Promise<object[]> {
    return runSql(this.admin, text);
  }

  /** Name and version, for example `PgBouncer 1.18.0`. */
  async version(): Promise<string> {
    const [row] = (await this.command('SHOW VERSION')) as { version: string }[];
    return row?.version ?? '';
  }

  /** Closes all connections immediately (SIGTERM waits since version 1.23). Resolves when the process has ended. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGQUIT');
    await ended;
  }

  /** Starts PgBouncer on the same port. Resolves when it accepts connections. */
  async begin(): Promise<void> {
    // PgBouncer refuses to run as root.
    const user = unprivilegedUser(this.folder);
    if (user !== undefined) chownSync(this.folder, user.uid, user.gid);
    const output: string[] = [];
    this.child = spawnTracked(PROGRAM, [join(this.folder, 'pgbouncer.ini')], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    const keep = (piece: unknown) => {
      output.push(String(piece));
      output.splice(0, output.length - KEPT_PIECES);
    };
    this.child.on('error', keep);
    this.child.stderr?.on('data', keep);
    const isUp = () => this.version().then(Boolean, () => false);
    await until(isUp).catch((error) => {
      throw new Error(`PgBouncer did not start:\n${output.join('')}`, { cause: error });
    });
  }

  readonly end = (): void => {
    process.off('exit', this.end);
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  };
}
