import { userInfo } from 'node:os';
import { DsnError } from './dsn-error.js';
import { type DsnParameters, dsnParameters } from './dsn-parameters.js';
import type { PoolTarget } from './pool-target.js';
import { serverRoleCheck } from './server-role.js';
import { sessionOptions } from './session-options.js';
import { tlsOptions } from './tls-options.js';
import { SEVERAL_HOSTS, UNREADABLE_HOST } from './url-dsn.js';

/**
 * Reads a DSN with libpq's meaning: a URL (`postgres://`, `postgresql://`, SQLAlchemy's `postgresql+driver://`) or a
 * list of keywords. What is missing gets libpq's defaults, except the host, which is `localhost`. Keywords that
 * node-postgres has no use for (such as `gssencmode=prefer`) are passed over; those that would weaken security when
 * passed over are refused. Certificate files are read here.
 *
 * @throws DsnError naming the fault, never the DSN, the user or the password
 */
export function parseDsn(dsn: string): PoolTarget {
  const parameters = dsnParameters(dsn);
  refuseUnsupported(parameters);
  const { host, port, database } = addressOf(parameters);
  const password = parameters.get('password');
  const applicationName = parameters.get('application_name') ?? parameters.get('fallback_application_name');
  const onConnect = serverRoleCheck(parameters.get('target_session_attrs'));
  return {
    host,
    port,
    user: userOf(parameters),
    ...(password !== undefined && { password }),
    database,
    ...tlsOptions(parameters, host),
    ...sessionOptions(parameters),
    ...(applicationName !== undefined && { application_name: applicationName }),
    ...(onConnect !== undefined && { onConnect }),
  };
}

/** `host:port/database` of a DSN, for logs: no user, no password. @throws DsnError */
export function describeDsn(dsn: string): string {
  const { host, port, database } = addressOf(dsnParameters(dsn));
  return `${host.includes(':') && !host.startsWith('/') ? `[${host}]` : host}:${port}/${database}`;
}

function addressOf(parameters: DsnParameters): { host: string; port: number; database: string } {
  const host = parameters.get('host') ?? 'localhost';
  const port = parameters.get('port') ?? '5432';
  if (host.includes(',') || port.includes(',')) throw new DsnError(SEVERAL_HOSTS);
  // Also keeps a password out of the logs, when a raw @ or / in it has moved the borders.
  if (!host.startsWith('/') && /[@/?#\s]/.test(host)) throw new DsnError(UNREADABLE_HOST);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new DsnError('the port must be a number from 1 to 65535');
  }
  return { host, port: Number(port), database: parameters.get('dbname') ?? userOf(parameters) };
}

function userOf(parameters: DsnParameters): string {
  return parameters.get('user') ?? userInfo().username;
}

function refuseUnsupported(parameters: DsnParameters): void {
  for (const keyword of UNSUPPORTED) {
    if (parameters.has(keyword)) throw new DsnError(`${keyword} is not supported`);
  }
  if (parameters.get('gssencmode') === 'require') throw new DsnError('gssencmode=require is not supported');
}

/** Passing these over would connect elsewhere, as someone else, or with fewer checks than asked for. */
const UNSUPPORTED = [
  'service',
  'servicefile',
  'passfile',
  'hostaddr',
  'require_auth',
  'requirepeer',
  'sslcrl',
  'sslcrldir',
];
