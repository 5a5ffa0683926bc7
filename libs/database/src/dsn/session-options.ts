import { DsnError } from './dsn-error.js';
import type { DsnParameters } from './dsn-parameters.js';
import type { PoolTarget } from './pool-target.js';

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
