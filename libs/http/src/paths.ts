import type { IncomingMessage } from 'node:http';
import { decodePercent, STANDALONE_ROUTES } from '@session-service/contract';
import type { FastifyInstance } from 'fastify';

/**
 * Normalizes a URL, so that the router, the authentication hook and the parsers see the same path and query. As in
 * AgentOS, the path is decoded before routing: `%2F` separates segments, invalid UTF-8 becomes U+FFFD, trailing slashes
 * are ignored. The origin of an absolute URL and a `#fragment` are removed; the query stays unchanged. The host of an
 * absolute URL replaces the `Host` header: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 */
export function normalizeUrl(request: IncomingMessage): string {
  const url = withoutFragment(request.url ?? '/');
  const path = rawPathOf(url);
  if (isPlain(path)) return url;
  const [, host] = ORIGIN_PREFIX.exec(path) ?? [];
  if (host !== undefined) request.headers.host = host;
  return normalizePath(path) + url.slice(path.length);
}

/**
 * Removes a fragment. It is not part of a request target, but httptools, the parser of AgentOS, accepts and ignores it.
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
function withoutFragment(url: string): string {
  const start = url.indexOf('#');
  return start === -1 ? url : url.slice(0, start);
}

function isPlain(path: string): boolean {
  return path.startsWith('/') && !path.endsWith('/') && !path.includes('%');
}

function normalizePath(path: string): string {
  const decoded = decodePercent(path.replace(ORIGIN_PREFIX, ''));
  if (SLASHES.test(decoded)) return decoded;
  let end = decoded.length;
  while (decoded.endsWith('/', end)) end--;
  const encoded = decoded.slice(0, end).split('/').map(encodeURIComponent).join('/');
  // Repeated leading slashes stay, so that the path matches no route.
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

/** AgentOS leaves a path of slashes only as it is, so that `//` is not `/`. */
const SLASHES = /^\/{2,}$/;

/** Scheme, host and port of an absolute URL. */
const ORIGIN_PREFIX = /^https?:\/\/([^/]*)/i;

/** The part of a URL before the query. */
export function rawPathOf(url: string): string {
  const queryStart = url.indexOf('?');
  return queryStart === -1 ? url : url.slice(0, queryStart);
}

/** The query of a URL as received, without the question mark. */
export function rawQueryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

/** Every path of the service with its `Allow` header. Like AgentOS, names only the method of the path's first route. */
const KNOWN_PATHS: readonly [pattern: RegExp, allow: string][] = [
  [/^\/sessions(\/[^/]+)?$/, 'GET'],
  [/^\/sessions\/[^/]+\/rename$/, 'POST'],
  [/^\/sessions\/[^/]+\/(runs|run-previews|messages)$/, 'GET'],
  [/^\/sessions\/[^/]+\/runs\/[^/]+$/, 'GET'],
  [/^\/sessions\/[^/]+\/media\/./, 'GET'],
  [/^\/usage\/sessions$/, 'GET'],
  [/^\/(|health|healthz|livez|readyz|metrics|openapi\.json|docs)$/, 'GET'],
];

/** Paths of the explorer with their `Allow` header. */
const EXPLORER_PATHS: ReadonlyMap<string, string> = new Map([
  ['/explorer', 'GET, HEAD'],
  ['/explorer/sign-in', 'GET'],
  ['/explorer/whoami', 'GET'],
]);

/** Tells which of the routes exist that depend on the configuration. */
type RouteTable = Pick<FastifyInstance, 'hasRoute'>;

/** The `Allow` header for a 405 response; undefined for an unknown path, whose response is 404. */
export function allowedMethod(url: string, routes: RouteTable): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  const optional = STANDALONE_ROUTES.has(path) ? 'GET' : EXPLORER_PATHS.get(path);
  if (optional !== undefined) return routes.hasRoute({ method: 'GET', url: path }) ? optional : undefined;
  return KNOWN_PATHS.find(([pattern]) => pattern.test(path))?.[1];
}
