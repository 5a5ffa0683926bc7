import { describeDsn } from '@session-service/database';
import type { ServiceConfig } from '../config/config.module.js';

/** The URL of the service for programs and browsers of this machine. */
export function localUrl({ host, port }: Pick<ServiceConfig['http'], 'host' | 'port'>): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Text after the start: the addresses to open, the location of the data, and how to stop the service.
 *
 * @param folder data of the embedded PostgreSQL; undefined with a configured database
 */
export function welcome(
  { http, database }: Pick<ServiceConfig, 'http' | 'database'>,
  folder: string | undefined,
): string {
  const url = localUrl(http);
  const management = localUrl({ ...http, port: http.managementPort ?? http.port });
  const databases = database.targets.map(({ id, dsn }) => `${describeDsn(dsn)} (db_id ${id})`);
  return [
    '',
    `  Sessions       ${url}/sessions`,
    `  API, try it    ${management}/docs`,
    `  Health         ${management}/readyz`,
    `  Data           ${folder ?? databases.join(', ')}`,
    '  Stop           Ctrl-C',
    '',
  ]
    .map((line) => `${line}\n`)
    .join('');
}
