import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY';
const PREFLIGHT_VARY =
  'Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network';

/** Applies AgentOS's CORS rules: allows the given origins, credentials and any header. Responds to preflights. */
export function addCorsHook(fastify: FastifyInstance, origins: readonly string[]): void {
  const allowedOrigins = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    // Pages of other origins must not read metrics or docs.
    if (request.isManagement) {
      done();
      return;
    }
    const { origin, 'access-control-request-method': requestedMethod } = request.headers;
    if (request.method === 'OPTIONS' && origin !== undefined && requestedMethod !== undefined) {
      respondToPreflight(request, reply, requestedMethod, allowedOrigins.has(origin) ? origin : undefined);
      return;
    }
    reply.header('vary', 'Origin');
    if (origin !== undefined) {
      reply.header('access-control-allow-credentials', 'true').header('access-control-expose-headers', '*');
      if (allowedOrigins.has(origin)) reply.header('access-control-allow-origin', origin);
    }
    done();
  });
}

/**
 * Lets pages of other origins read a header. AgentOS exposes `*`, which is no wildcard for a request with credentials:
 * https://fetch.spec.whatwg.org/#http-access-control-expose-headers
 */
export function exposeHeader(reply: FastifyReply, name: string): void {
  if (reply.hasHeader('access-control-expose-headers')) reply.header('access-control-expose-headers', `*, ${name}`);
}

function respondToPreflight(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  requestedMethod: string,
  allowedOrigin: string | undefined,
): void {
  const disallowed: string[] = [];
  reply
    .header('vary', PREFLIGHT_VARY)
    .header('access-control-allow-methods', METHODS)
    .header('access-control-max-age', '600')
    .header('access-control-allow-credentials', 'true')
    .header('content-type', 'text/plain; charset=utf-8');
  if (allowedOrigin === undefined) disallowed.push('origin');
  else reply.header('access-control-allow-origin', allowedOrigin);
  if (!METHODS.split(', ').includes(requestedMethod)) disallowed.push('method');
  const requestedHeaders = headers['access-control-request-headers'];
  if (requestedHeaders !== undefined) reply.header('access-control-allow-headers', requestedHeaders);
  if (headers['access-control-request-private-network'] !== undefined) disallowed.push('private-network');
  reply
    .code(disallowed.length === 0 ? 200 : 400)
    .send(disallowed.length === 0 ? 'OK' : `Disallowed CORS ${disallowed.join(', ')}`);
}

/** Adds the headers that AgentOS sends to allowed origins when it rejects a token: any method, any header. */
export function addRejectionHeaders(reply: FastifyReply): void {
  if (!reply.hasHeader('access-control-allow-origin')) return;
  reply.header('access-control-allow-methods', '*').header('access-control-allow-headers', '*');
}
