import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PostgresPrograms, runProgram, unprivilegedUser } from './postgres-programs.js';

/** PostgreSQL's built-in locale, so that sort order and case rules are the same on every machine. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

export interface Superuser {
  readonly role: string;
  readonly password: string;
}

/** The data directory of one PostgreSQL server, which listens on the loopback interface only. */
export class PostgresCluster {
  private readonly programs: PostgresPrograms;
  private readonly folder: string;

  constructor(programs: PostgresPrograms, folder: string) {
    this.programs = programs;
    this.folder = folder;
  }

  /** Runs initdb unless the folder exists. A temporary folder keeps an interrupted run from leaving a cluster. */
  create({ role, password }: Superuser, ...initdbFlags: string[]): void {
    if (existsSync(this.folder)) return;
    const unfinished = `${this.folder}.unfinished`;
    const passwordFile = `${this.folder}.password.tmp`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    const user = unprivilegedUser(unfinished);
    if (user !== undefined) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
    try {
      const access = [`--username=${role}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
      runProgram(this.programs.initdb, unfinished, [`--pgdata=${unfinished}`, ...access, ...LOCALE, ...initdbFlags]);
    } finally {
      rmSync(passwordFile);
    }
    renameSync(unfinished, this.folder);
  }

  /** The port of the running server, which an earlier process may have started; undefined if no server runs. */
  runningPort(): number | undefined {
    const pidFile = join(this.folder, 'postmaster.pid');
    if (!existsSync(pidFile)) return undefined;
    const [pid = '', , , port = ''] = readFileSync(pidFile, 'utf8').split('\n');
    if (isPostgres(pid)) return Number(port);
    // After a crash of the machine another process may have this id, and PostgreSQL would refuse to start.
    rmSync(pidFile);
    return undefined;
  }

  /**
   * Starts the server and waits until it accepts connections.
   *
   * @param settings configuration parameters such as `fsync=off`
   * @throws Error with the end of the server's log
   */
  start(port: number, ...settings: string[]): void {
    const log = join(this.folder, 'server.log');
    rmSync(log, { force: true });
    const all = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings];
    const options = all.map((setting) => `-c ${setting}`).join(' ');
    try {
      this.control('start', `--log=${log}`, `--options=${options}`);
    } catch (error) {
      const logEnd = existsSync(log) ? readFileSync(log, 'utf8').slice(-2_000) : '';
      throw new Error(`PostgreSQL did not start in ${this.folder}:\n${logEnd}`.trim(), { cause: error });
    }
  }

  /** Stops the server and waits until it has stopped. Open connections are terminated. */
  stop(): void {
    this.control('stop', '--mode=fast');
  }

  private control(...args: string[]): void {
    runProgram(this.programs.pgCtl, this.folder, [...args, `--pgdata=${this.folder}`, '--wait', '--timeout=60']);
  }
}

function isPostgres(pid: string): boolean {
  if (existsSync('/proc/self/comm')) {
    const commandFile = join('/proc', pid, 'comm');
    return existsSync(commandFile) && readFileSync(commandFile, 'utf8').startsWith('postgres');
  }
  return isAlive(Number(pid));
}

/** True if a process with this id exists. EPERM means that it belongs to another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
