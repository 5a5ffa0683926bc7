/** The DSN is invalid. The message never contains a part of the DSN that could be secret. */
export class DsnError extends Error {
  override readonly name = 'DsnError';
}

/**
 * The parameters of a DSN (URL or keyword list) by libpq's keywords (`host`, `port`, `user`, `password`, `dbname`,
 * `sslmode` …). Empty values are omitted, as in libpq.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 *
 * Parsed without `new URL`, which rejects or alters passwords and socket paths that SQLAlchemy and libpq accept.
 */
export type DsnParameters = ReadonlyMap<string, string>;

/** @throws DsnError when the DSN is neither a PostgreSQL URL nor a list of keywords */
export function dsnParameters(dsn: string): DsnParameters {
  const trimmed = dsn.trim();
  const parameters = /^[^\s=]+:\/\//.test(trimmed) ? urlParameters(trimmed) : keywordParameters(trimmed);
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

/** Parses `postgresql://user:password@host:port/database?keyword=value`; SQLAlchemy's `+driver` is ignored. */
function urlParameters(url: string): Map<string, string> {
  const [scheme] = /^postgres(ql)?(\+\w+)?:\/\//i.exec(url) ?? [];
  if (scheme === undefined) throw new DsnError('a DSN starts with postgresql://, postgres:// or postgresql+psycopg://');

  const { credentials, location } = splitCredentials(url.slice(scheme.length));
  const { hostAndPort, database, query } = splitLocation(location);
  if (database.includes('@')) throw new DsnError(INVALID_HOST);
  const [user = '', ...password] = credentials.split(':');
  const { host, port } = splitPort(hostAndPort);
  return new Map([
    ['user', percentDecode(user)],
    ['password', percentDecode(password.join(':'))],
    ['host', percentDecode(host)],
    ['port', port],
    ['dbname', percentDecode(database)],
    ...queryParameters(query),
  ]);
}

/**
 * The credentials end at the first `@`. SQLAlchemy, unlike libpq, allows an unescaped `/` in a password. So a slash
 * before the `@` starts the database name only if the text before the slash cannot be `user:password`.
 */
function splitCredentials(authority: string): { credentials: string; location: string } {
  const atSign = authority.indexOf('@');
  const slash = authority.search(/[/?]/);
  const isPlainHost =
    slash !== -1 && slash < atSign && /^([^:]*|[^:]*:\d*|\[.*\](:\d*)?)$/.test(authority.slice(0, slash));
  if (atSign === -1 || isPlainHost) return { credentials: '', location: authority };
  return { credentials: authority.slice(0, atSign), location: authority.slice(atSign + 1) };
}

function splitLocation(location: string): { hostAndPort: string; database: string; query: string } {
  const queryStart = location.indexOf('?');
  const path = queryStart === -1 ? location : location.slice(0, queryStart);
  const slash = path.indexOf('/');
  return {
    hostAndPort: slash === -1 ? path : path.slice(0, slash),
    database: slash === -1 ? '' : path.slice(slash + 1),
    query: queryStart === -1 ? '' : location.slice(queryStart + 1),
  };
}

function splitPort(hostAndPort: string): { host: string; port: string } {
  if (hostAndPort.includes(',')) throw new DsnError(SEVERAL_HOSTS);
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/.exec(hostAndPort) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new DsnError('an IPv6 address must be in brackets, such as [::1]:5432');
  return { host, port };
}

function queryParameters(query: string): [string, string][] {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
    const keyword = percentDecode(name);
    // SQLAlchemy passes several hosts as repeated parameters.
    if (keyword === 'host' && parameters.has(keyword)) throw new DsnError(SEVERAL_HOSTS);
    if (keyword !== '') parameters.set(keyword, percentDecode(value.join('=')));
  }
  return [...parameters].filter(([, value]) => value !== '');
}

/** Decodes percent escapes. A `%` without two hexadecimal digits is kept, as in Python. */
function percentDecode(value: string): string {
  return value.replace(/(%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

export const INVALID_HOST = 'the host is invalid; write @ as %40, / as %2F and # as %23 in a user or password';
export const SEVERAL_HOSTS = 'several hosts in one DSN are not supported; name one host or a proxy in front of them';

/** Parses libpq's `host=… user=… password='…'`: values in single quotes may contain spaces, `\` escapes a character. */
function keywordParameters(dsn: string): Map<string, string> {
  const pair = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gsy;
  const parameters = new Map<string, string>();
  let parsedLength = 0;
  for (const [match, keyword = '', quoted, plain = ''] of dsn.matchAll(pair)) {
    parameters.set(keyword, (quoted ?? plain).replace(/\\(.)/gs, '$1'));
    parsedLength += match.length;
  }
  if (parameters.size === 0 || parsedLength < dsn.length) {
    throw new DsnError('expected key=value pairs or a URL such as postgresql://user:password@host:5432/database');
  }
  return parameters;
}
