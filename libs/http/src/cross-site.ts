import { problem } from '@session-service/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Rejects state-changing requests that a page of another site makes a browser send: an empty POST or a form needs no
 * CORS preflight, and the browser adds cookies. Requests without `Sec-Fetch-Site` and `Origin` are not from a browser.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 *
 * @param origins origins that are allowed to send such requests: those of CORS
 */
export function rejectCrossSiteChanges(fastify: FastifyInstance, origins: readonly string[]): void {
  const allowedOrigins = new Set(origins);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (SAFE_METHODS.has(request.method)) done();
    else if (isSameOrigin(request) || allowedOrigins.has(request.headers.origin ?? '')) done();
    else done(problem(403, CROSS_SITE));
  });
}

const CROSS_SITE = 'Requests from other sites may change nothing, unless AGNO_CORS_ORIGINS contains their origin';

/** Browsers send `none` for a request that the user started, such as from a bookmark. */
function isSameOrigin(request: FastifyRequest): boolean {
  const { headers } = request;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  // `request.host` is the host that a trusted proxy forwards.
  return origin === undefined || isOriginOf(origin, host) || isOriginOf(origin, request.host);
}

/** True if a page of `origin` is on `host`. Ignores the scheme, because a proxy may have
 * terminated TLS. False for the origin `null`. */
function isOriginOf(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin);
  return page !== null && host !== undefined && page.host !== '' && page.host === hostOf(page.protocol, host);
}

/** The host in lower case and without the default port of the scheme, as in a parsed origin. */
function hostOf(scheme: string, host: string): string | undefined {
  return URL.parse(`${scheme}//${host}`)?.host;
}
