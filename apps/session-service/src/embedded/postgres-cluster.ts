import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PostgresPrograms, runProgram, unprivilegedUser } from './postgres-programs.js';

/** The same sort order and case rules on every machine. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

export interface Superuser {
  readonly role: string;
  /** Secret. */
  readonly password: string;
}

/** One PostgreSQL server's folder: creates it, and starts and stops the server on it. Listens on the loopback interface only. */
export class PostgresCluster {
  private readonly programs: PostgresPrograms;
  private readonly folder: string;

  constructor(programs: PostgresPrograms, folder: string) {
    this.programs = programs;
    this.folder = folder;
  }

  /** Creates the folder, with one role, unless it is there. An interrupted creation leaves nothing that looks complete. */
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

  /** The port of the server that runs on this folder, also one that a killed predecessor left behind. */
  runningPort(): number | undefined {
    const pidFile = join(this.folder, 'postmaster.pid');
    if (!existsSync(pidFile)) return undefined;
    const [pid = '', , , port = ''] = readFileSync(pidFile, 'utf8').split('\n');
    if (isPostgres(pid)) return Number(port);
    // After a crash of the machine the id may belong to any other process, and PostgreSQL would not start.
    rmSync(pidFile);
    return undefined;
  }

  /**
   * Starts the server, with further settings such as `fsync=off`, and returns when it accepts connections.
   *
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
      const lastWords = existsSync(log) ? readFileSync(log, 'utf8').slice(-2_000) : '';
      throw new Error(`PostgreSQL did not start in ${this.folder}:\n${lastWords}`.trim(), { cause: error });
    }
  }

  /** Stops the server and returns when it has stopped. Connections that are still open are cut. */
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

/** Whether a process of that id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
