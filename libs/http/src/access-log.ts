import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** One line per request: never bodies, queries, tokens or DSNs. The route is its template, not the path asked for. */
export function logAccess(fastify: FastifyInstance, logger: Logger): void {
  // Asked once, while it is open, a connection goes on to know its address.
  fastify.server.on('connection', ({ remoteAddress }: Socket) => remoteAddress);
  onRequestEnd(fastify, (request, status, durationMs) => {
    logger.info(
      {
        request_id: request.id,
        method: request.method,
        route: routeOf(request),
        status,
        duration_ms: Math.round(durationMs * 1000) / 1000,
        db_id: request.databaseId,
        remote_ip: request.ip,
        ...request.trace,
      },
      'request',
    );
  });
}

/** What stands for the route of paths that no route has. */
export const UNMATCHED_ROUTE = 'unmatched';

/** The template of the route. Paths that no route has share one name, so that a scan cannot fill anybody's memory. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? UNMATCHED_ROUTE;
}

/** The number that nginx made common for a request whose client did not wait for its answer. It is never sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** @param status what was answered, or 499 */
type RequestEndListener = (request: FastifyRequest, status: number, durationMs: number) => void;

const listenersOf = new WeakMap<FastifyInstance, RequestEndListener[]>();

/**
 * Calls `listener` once for every request whose head has come: when its answer is sent, or when its client has gone, of
 * which Fastify's own hook says nothing. Those who do not wait are those for whom it took too long: they must not be
 * missing in figures. The first call is to come before all hooks that may answer a request, and behind the one that keeps those
 * whose turn on their connection has not come: they begin with their turn, or never.
 */
export function onRequestEnd(fastify: FastifyInstance, listener: RequestEndListener): void {
  const known = listenersOf.get(fastify);
  if (known !== undefined) {
    known.push(listener);
    return;
  }
  const listeners = [listener];
  listenersOf.set(fastify, listeners);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    const start = performance.now();
    // One for all of them: an answer that is streamed has so many listeners that Node would warn of more.
    raw.once('close', () => {
      const status = raw.headersSent ? reply.statusCode : CLIENT_CLOSED_REQUEST;
      const durationMs = performance.now() - start;
      for (const each of listeners) each(request, status, durationMs);
    });
    done();
  });
}
