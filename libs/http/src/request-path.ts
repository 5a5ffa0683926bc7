import type { IncomingMessage } from 'node:http';
import { decodePercent } from '@agno/contract';

/**
 * The URL that the router sees. As in AgentOS the path is decoded before it is routed, so an encoded slash separates
 * like a plain one and broken UTF-8 becomes U+FFFD; slashes at the end do not count. The query is left as it is.
 */
export function routedUrl(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const queryStart = url.indexOf('?');
  const path = queryStart === -1 ? url : url.slice(0, queryStart);
  const isPlain = !path.includes('%') && !path.endsWith('/');
  if (isPlain) return url;
  return normalised(path) + (queryStart === -1 ? '' : url.slice(queryStart));
}

function normalised(path: string): string {
  const decoded = decodePercent(path);
  const trimmed = decoded.replace(/\/+$/, '');
  // A path of slashes only is the root, but two at the front never match a route.
  return trimmed === '' ? '/' : trimmed.split('/').map(encodeURIComponent).join('/');
}

/** The query of a request as the client wrote it, without the question mark. */
export function rawQueryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}
