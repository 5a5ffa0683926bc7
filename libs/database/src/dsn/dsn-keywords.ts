import { closest } from 'fastest-levenshtein';
import { DsnError, type DsnParameters } from './dsn-parameters.js';

/** Server settings that other drivers accept as keywords, but libpq only in `options`. */
export const SETTINGS: readonly string[] = ['search_path', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** Keywords that DSNs for SQLAlchemy and asyncpg set to 0 when the server is behind a transaction pooler. */
export const STATEMENT_CACHES: readonly string[] = ['statement_cache_size', 'prepared_statement_cache_size'];

/** The keywords of a DSN that this service applies. */
const SUPPORTED = [
  ...['host', 'port', 'user', 'password', 'dbname', 'options', 'connect_timeout', 'statement_timeout', 'pgbouncer'],
  ...['application_name', 'fallback_application_name', 'target_session_attrs', 'channel_binding', 'gssencmode'],
  ...[
    'ssl',
    'sslmode',
    'sslrootcert',
    'sslcert',
    'sslkey',
    'sslpassword',
    'sslnegotiation',
    'ssl_min_protocol_version',
  ],
  ...SETTINGS,
  ...STATEMENT_CACHES,
];

/** Ignoring these keywords would connect to another server, as another user, or with fewer checks than requested. */
const UNSUPPORTED = [
  ...['service', 'servicefile', 'passfile', 'hostaddr', 'require_auth', 'requirepeer', 'sslcrl', 'sslcrldir'],
  ...['replication', 'requiressl'],
];

/** libpq's other keywords. They concern mechanisms that pg does not have, so ignoring them is harmless. */
const IGNORED = [
  ...[
    'client_encoding',
    'keepalives',
    'keepalives_idle',
    'keepalives_interval',
    'keepalives_count',
    'tcp_user_timeout',
  ],
  ...['sslcompression', 'sslcertmode', 'sslsni', 'sslkeylogfile', 'krbsrvname', 'gsslib', 'gssdelegation'],
  ...[
    'ssl_max_protocol_version',
    'min_protocol_version',
    'max_protocol_version',
    'load_balance_hosts',
    'scram_client_key',
    'scram_server_key',
    'oauth_issuer',
  ],
  ...['oauth_client_id', 'oauth_client_secret', 'oauth_scope'],
];

const KNOWN = [...SUPPORTED, ...UNSUPPORTED, ...IGNORED];

/**
 * Rejects keywords that cannot be ignored, as libpq rejects unknown ones: a misspelt `sslmode` would mean no
 * verification. Does not quote an unknown keyword, which can be a part of a password with an unescaped `?` or `&`.
 *
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 *
 * @throws DsnError
 */
export function checkKeywords(parameters: DsnParameters): void {
  for (const keyword of parameters.keys()) {
    if (UNSUPPORTED.includes(keyword)) throw new DsnError(`${keyword} is not supported`);
    if (KNOWN.includes(keyword)) continue;
    throw new DsnError(`it has an unknown parameter; did you mean ${closest(keyword.toLowerCase(), KNOWN)}?`);
  }
  if (parameters.get('gssencmode') === 'require') throw new DsnError('gssencmode=require is not supported');
}
