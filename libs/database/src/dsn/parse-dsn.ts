import { userInfo } from 'node:os';
import type { ClientBase } from 'pg';
import { destroyConnection } from '../pg-internals.js';
import { DsnError, type DsnParameters, dsnParameters, SEVERAL_HOSTS, UNREADABLE_HOST } from './dsn-parameters.js';
import type { PoolTarget } from './pool-target.js';
import { tlsOptions } from './tls-options.js';

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

type SessionOptions = Pick<PoolTarget, 'options' | 'connectionTimeoutMillis' | 'statement_timeout' | 'namedStatements'>;

/** Limits and settings of a session: `connect_timeout` in seconds, `statement_timeout` in milliseconds. */
export function sessionOptions(parameters: DsnParameters): SessionOptions {
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

/** PostgreSQL splits `options` at spaces, unless a backslash stands before them. */
function commandLineOptions(parameters: DsnParameters): string {
  const parts = [parameters.get('options') ?? ''];
  for (const name of SETTINGS) {
    const value = parameters.get(name);
    if (value !== undefined) parts.push(`-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`);
  }
  return parts.filter((part) => part !== '').join(' ');
}

/** A limit that `options` sets must not be overridden by ours, and PgBouncer refuses a session that starts with one. */
function implicitStatementTimeoutMs(parameters: DsnParameters): 0 | undefined {
  return isTransactionPooler(parameters) || parameters.get('options')?.includes('statement_timeout') ? 0 : undefined;
}

function isTransactionPooler(parameters: DsnParameters): boolean {
  return parameters.get('pgbouncer') === 'true';
}

function integerParameter(parameters: DsnParameters, keyword: string): number | undefined {
  const text = parameters.get(keyword);
  if (text === undefined) return undefined;
  // libpq: a negative connect_timeout means to wait for ever, like 0.
  if (/^-\d+$/.test(text)) return 0;
  if (!/^\d{1,9}$/.test(text)) throw new DsnError(`${keyword} must be a whole number`);
  return Number(text);
}

/** Server settings that libpq takes in `options` only, but drivers of other languages as keywords. */
const SETTINGS = ['search_path', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** SQLAlchemy's and asyncpg's way to say that a transaction pooler is in between. */
const STATEMENT_CACHES = ['statement_cache_size', 'prepared_statement_cache_size'];

/** How long a server may take to say what it is, in milliseconds: whoever waits for the connection waits for that as well. */
const ROLE_CHECK_TIMEOUT_MS = 5_000;

/**
 * libpq's `target_session_attrs` for a single host: a check for every new connection, or undefined when any server will
 * do. `prefer-standby` has nothing to choose from with one host.
 *
 * @throws DsnError for an unknown role
 */
export function serverRoleCheck(role = 'any'): ((client: ClientBase) => Promise<void>) | undefined {
  if (role === 'any' || role === 'prefer-standby') return undefined;
  const condition = ROLE_CONDITIONS.get(role);
  if (condition === undefined)
    throw new DsnError(
      `target_session_attrs must be one of any, ${[...ROLE_CONDITIONS.keys()].join(', ')}, prefer-standby`,
    );
  return async (client) => {
    const outOfPatience = setTimeout(() => destroyConnection(client), ROLE_CHECK_TIMEOUT_MS);
    const { rows } = await client
      .query({ text: `SELECT (${condition})::int::text`, rowMode: 'array' })
      .finally(() => clearTimeout(outOfPatience));
    if (String(rows[0]?.[0]) !== '1') throw new Error(`The server is not what target_session_attrs=${role} asks for`);
  };
}

const READ_ONLY = "current_setting('transaction_read_only') = 'on'";
const ROLE_CONDITIONS = new Map([
  ['read-write', `NOT ${READ_ONLY}`],
  ['read-only', READ_ONLY],
  ['primary', 'NOT pg_is_in_recovery()'],
  ['standby', 'pg_is_in_recovery()'],
]);
