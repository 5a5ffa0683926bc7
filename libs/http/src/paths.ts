import type { IncomingMessage } from 'node:http';
import { decodePercent } from '@session-service/contract';

/**
 * The URL that the router and the gatekeeper see: always a path, in the one spelling that both read alike. As in AgentOS
 * the path is decoded before it is routed, so an encoded slash separates like a plain one and broken UTF-8 becomes U+FFFD;
 * slashes at the end do not count; `#` is a character like any other. What an absolute URL says before its path is left
 * out, the query is left as it is.
 */
export function normalizeUrl(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const queryStart = url.indexOf('?');
  const path = queryStart === -1 ? url : url.slice(0, queryStart);
  if (isPlain(path)) return url;
  return normalizePath(path) + (queryStart === -1 ? '' : url.slice(queryStart));
}

function isPlain(path: string): boolean {
  return path.startsWith('/') && !path.endsWith('/') && !path.includes('%') && !path.includes('#');
}

function normalizePath(path: string): string {
  const decoded = decodePercent(path.replace(ORIGIN_PREFIX, ''));
  let end = decoded.length;
  while (decoded.endsWith('/', end)) end--;
  const encoded = decoded.slice(0, end).split('/').map(encodeURIComponent).join('/');
  // A path of slashes only is the root, but two at the front never match a route.
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

/** What stands before the path of an absolute URL. */
const ORIGIN_PREFIX = /^https?:\/\/[^/#]*/i;

/** The query of a request as the client wrote it, without the question mark. */
export function rawQueryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

/** Every path of the service and the method that `Allow` names for it: AgentOS names only the first route's. */
const KNOWN_PATHS: readonly [pattern: RegExp, allow: string][] = [
  [/^\/sessions(\/[^/]+)?$/, 'GET'],
  [/^\/sessions\/[^/]+\/rename$/, 'POST'],
  [/^\/sessions\/[^/]+\/(runs|run-previews)$/, 'GET'],
  [/^\/sessions\/[^/]+\/runs\/[^/]+$/, 'GET'],
  [/^\/(health|healthz|livez|readyz|metrics|openapi\.json|docs)$/, 'GET'],
];

/** The `Allow` header of a path that exists but not for the method asked; undefined when there is no such path. */
export function allowedMethod(url: string): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  return KNOWN_PATHS.find(([pattern]) => pattern.test(path))?.[1];
}
