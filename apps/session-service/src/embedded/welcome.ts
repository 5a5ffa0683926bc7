import { describeDsn } from '@session-service/database';
import type { ServiceConfig } from '../config/config.module.js';

/** Section that shows the psql command, with the file that holds the password. */
const PSQL_DOCS = 'docs/configuration.md#embedded-database';

/** The URL of the service for programs and browsers of this machine. */
export function localUrl({ host, port }: Pick<ServiceConfig['http'], 'host' | 'port'>): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Text after the start: the addresses to open, the location of the data, and how to stop the service.
 *
 * @param folder data of the embedded PostgreSQL; undefined with a configured database
 * @param samples number of sample sessions that were loaded
 */
export function welcome(
  { http, database, explorer }: Pick<ServiceConfig, 'http' | 'database' | 'explorer'>,
  folder: string | undefined,
  samples = 0,
): string {
  const url = localUrl(http);
  const management = localUrl({ ...http, port: http.managementPort ?? http.port });
  const databases = database.targets.map(({ id, dsn }) => `${describeDsn(dsn)} (db_id ${id})`);
  return [
    '',
    ...(explorer.isEnabled ? [`  Explorer       ${url}/explorer`] : []),
    `  Sessions       ${url}/sessions`,
    `  API, try it    ${management}/docs`,
    `  Health         ${management}/readyz`,
    ...(samples > 0 ? [`  Samples        ${samples} of the sessions, of users who do not exist`] : []),
    `  Data           ${folder ?? databases.join(', ')}`,
    ...(folder === undefined ? [] : [`  PostgreSQL     ${databases.join(', ')}, user agno, see ${PSQL_DOCS}`]),
    '  Stop           Ctrl-C',
    '',
  ]
    .map((line) => `${line}\n`)
    .join('');
}
