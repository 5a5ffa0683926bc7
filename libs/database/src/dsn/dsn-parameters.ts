/** A DSN that cannot be used. The message never holds a part of the DSN that could be a secret. */
export class DsnError extends Error {
  override readonly name = 'DsnError';
}

/**
 * What a DSN says, by libpq's keywords (`host`, `port`, `user`, `password`, `dbname`, `sslmode` …) whatever its form.
 * Blank values are left out, as libpq treats them.
 *
 * The DSN is cut by hand, not by `new URL`: SQLAlchemy and libpq accept passwords and socket paths that a URL parser
 * refuses or alters.
 */
export type DsnParameters = ReadonlyMap<string, string>;

/** @throws DsnError when the text is neither a PostgreSQL URL nor a list of keywords */
export function dsnParameters(dsn: string): DsnParameters {
  const text = dsn.trim();
  const parameters = /^[^\s=]+:\/\//.test(text) ? urlParameters(text) : keywordParameters(text);
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

/** Reads `postgresql://user:password@host:port/database?keyword=value`; SQLAlchemy's `+driver` is ignored. */
export function urlParameters(url: string): Map<string, string> {
  const [scheme] = /^postgres(ql)?(\+\w+)?:\/\//i.exec(url) ?? [];
  if (scheme === undefined) throw new DsnError('a DSN starts with postgresql://, postgres:// or postgresql+psycopg://');

  const { credentials, rest } = splitCredentials(url.slice(scheme.length));
  const { hostAndPort, database, query } = splitLocation(rest);
  if (database.includes('@')) throw new DsnError(UNREADABLE_HOST);
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
 * The credentials end at the first `@`. libpq wants none of `/` in them; SQLAlchemy takes a raw one in a password, so
 * a slash before the `@` only counts as the start of the database when what stands before it is no `user:password`.
 */
function splitCredentials(text: string): { credentials: string; rest: string } {
  const at = text.indexOf('@');
  const slash = text.search(/[/?]/);
  const isPlainHost = slash !== -1 && slash < at && /^([^:]*|[^:]*:\d*|\[.*\](:\d*)?)$/.test(text.slice(0, slash));
  if (at === -1 || isPlainHost) return { credentials: '', rest: text };
  return { credentials: text.slice(0, at), rest: text.slice(at + 1) };
}

function splitLocation(text: string): { hostAndPort: string; database: string; query: string } {
  const mark = text.indexOf('?');
  const location = mark === -1 ? text : text.slice(0, mark);
  const slash = location.indexOf('/');
  return {
    hostAndPort: slash === -1 ? location : location.slice(0, slash),
    database: slash === -1 ? '' : location.slice(slash + 1),
    query: mark === -1 ? '' : text.slice(mark + 1),
  };
}

function splitPort(hostAndPort: string): { host: string; port: string } {
  if (hostAndPort.includes(',')) throw new DsnError(SEVERAL_HOSTS);
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/.exec(hostAndPort) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new DsnError('an IPv6 address stands in brackets, such as [::1]:5432');
  return { host, port };
}

function queryParameters(query: string): [string, string][] {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
    const keyword = percentDecode(name);
    // SQLAlchemy spells several hosts as a repeated parameter.
    if (keyword === 'host' && parameters.has(keyword)) throw new DsnError(SEVERAL_HOSTS);
    if (keyword !== '') parameters.set(keyword, percentDecode(value.join('=')));
  }
  return [...parameters].filter(([, value]) => value !== '');
}

/** Resolves percent escapes; a `%` that starts none stands for itself, as in Python. */
function percentDecode(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

export const UNREADABLE_HOST = 'the host is not readable; write @ as %40, / as %2F and # as %23 in a user or password';
export const SEVERAL_HOSTS = 'several hosts in one DSN are not supported; name one host or a proxy in front of them';

/** Reads libpq's `host=… user=… password='…'` form: values in single quotes may hold spaces, `\` escapes a character. */
export function keywordParameters(text: string): Map<string, string> {
  const pair = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gsy;
  const parameters = new Map<string, string>();
  let read = 0;
  for (const [whole, keyword = '', quoted, plain = ''] of text.matchAll(pair)) {
    parameters.set(keyword, (quoted ?? plain).replace(/\\(.)/gs, '$1'));
    read += whole.length;
  }
  if (parameters.size === 0 || read < text.length) {
    throw new DsnError('a DSN is a URL such as postgresql://user:password@host:5432/database');
  }
  return parameters;
}
