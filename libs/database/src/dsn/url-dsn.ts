import { DsnError } from './dsn-error.js';

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
