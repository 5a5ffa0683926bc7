import { userInfo } from 'node:os';
import type { ClientBase } from 'pg';
import { destroyConnection } from '../pg-internals.js';
import { checkKeywords, SETTINGS, STATEMENT_CACHES } from './dsn-keywords.js';
import { DsnError, type DsnParameters, dsnParameters, INVALID_HOST, SEVERAL_HOSTS } from './dsn-parameters.js';
import type { PoolTarget } from './pool-target.js';
import { tlsOptions } from './tls-options.js';

/**
 * Parses a DSN as libpq does: a URL (`postgres://`, `postgresql://`, SQLAlchemy's `postgresql+driver://`) or a list of
 * keywords. Defaults are those of libpq, except the host, which is `localhost`. Keywords: see `checkKeywords`. Also
 * reads certificate files.
 *
 * @throws DsnError naming the error, but never the DSN, the user or the password
 */
export function parseDsn(dsn: string): PoolTarget {
  const parameters = dsnParameters(dsn);
  checkKeywords(parameters);
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

/** Returns `host:port/database` for log lines, without user and password. @throws DsnError */
export function describeDsn(dsn: string): string {
  const { host, port, database } = addressOf(dsnParameters(dsn));
  return `${host.includes(':') && !host.startsWith('/') ? `[${host}]` : host}:${port}/${database}`;
}

function addressOf(parameters: DsnParameters): { host: string; port: number; database: string } {
  const host = parameters.get('host') ?? 'localhost';
  const port = parameters.get('port') ?? '5432';
  if (host.includes(',') || port.includes(',')) throw new DsnError(SEVERAL_HOSTS);
  // An unescaped @ or / in a password would make a part of the password the host, which is logged.
  if (!host.startsWith('/') && /[@/?#\s]/.test(host)) throw new DsnError(INVALID_HOST);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new DsnError('the port must be a number from 1 to 65535');
  }
  return { host, port: Number(port), database: parameters.get('dbname') ?? userOf(parameters) };
}

function userOf(parameters: DsnParameters): string {
  return parameters.get('user') ?? userInfo().username;
}

type SessionOptions = Pick<PoolTarget, 'options' | 'connectionTimeoutMillis' | 'statement_timeout' | 'namedStatements'>;

/** Timeouts and settings of a session: `connect_timeout` in seconds, `statement_timeout` in milliseconds. */
function sessionOptions(parameters: DsnParameters): SessionOptions {
  const options = commandLineOptions(parameters);
  const connectTimeoutSeconds = integerParameter(parameters, 'connect_timeout');
  const statementTimeoutMs =
    integerParameter(parameters, 'statement_timeout') ?? implicitStatementTimeoutMs(parameters);
  return {
    ...(options !== '' && { options }),
    ...(connectTimeoutSeconds !== undefined && { connectionTimeoutMillis: connectTimeoutSeconds * 1000 }),
    ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
    namedStatements: !isTransactionPooler(parameters) && !STATEMENT_CACHES.some((name) => parameters.get(name) === '0'),
  };
}

/** PostgreSQL splits `options` at spaces that are not escaped with a backslash. */
function commandLineOptions(parameters: DsnParameters): string {
  const parts = [parameters.get('options') ?? ''];
  for (const name of SETTINGS) {
    const value = parameters.get(name);
    if (value !== undefined) parts.push(`-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`);
  }
  return parts.filter((part) => part !== '').join(' ');
}

/** Returns 0 (send no timeout) where our default would override a timeout in `options` or PgBouncer would reject it. */
function implicitStatementTimeoutMs(parameters: DsnParameters): 0 | undefined {
  return isTransactionPooler(parameters) || parameters.get('options')?.includes('statement_timeout') ? 0 : undefined;
}

function isTransactionPooler(parameters: DsnParameters): boolean {
  return parameters.get('pgbouncer') === 'true';
}

function integerParameter(parameters: DsnParameters, keyword: string): number | undefined {
  const value = parameters.get(keyword);
  if (value === undefined) return undefined;
  // As in libpq, a negative connect_timeout means no limit, like 0.
  if (/^-\d+$/.test(value)) return 0;
  if (!/^\d{1,9}$/.test(value)) throw new DsnError(`${keyword} must be a whole number`);
  return Number(value);
}

/** Time limit in milliseconds for the role check, during which requests wait for the new connection. */
const ROLE_CHECK_TIMEOUT_MS = 5_000;

/**
 * libpq's `target_session_attrs` for a single host: returns a check for new connections, or undefined if any server is
 * accepted. With a single host, `prefer-standby` accepts any server.
 *
 * @throws DsnError for an unknown role
 */
function serverRoleCheck(role = 'any'): ((client: ClientBase) => Promise<void>) | undefined {
  if (role === 'any' || role === 'prefer-standby') return undefined;
  const condition = ROLE_CONDITIONS.get(role);
  if (condition === undefined)
    throw new DsnError(
      `target_session_attrs must be one of any, ${[...ROLE_CONDITIONS.keys()].join(', ')}, prefer-standby`,
    );
  return async (client) => {
    const timer = setTimeout(() => destroyConnection(client), ROLE_CHECK_TIMEOUT_MS);
    const { rows } = await client
      .query({ text: `SELECT (${condition})::int::text`, rowMode: 'array' })
      .finally(() => clearTimeout(timer));
    if (String(rows[0]?.[0]) !== '1') throw new Error(`The server does not match target_session_attrs=${role}`);
  };
}

const READ_ONLY = "current_setting('transaction_read_only') = 'on'";
const ROLE_CONDITIONS = new Map([
  ['read-write', `NOT ${READ_ONLY}`],
  ['read-only', READ_ONLY],
  ['primary', 'NOT pg_is_in_recovery()'],
  ['standby', 'pg_is_in_recovery()'],
]);
