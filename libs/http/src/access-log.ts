import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** nginx's status for a request whose client disconnected before the response. Used in logs and metrics, never sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** @param status the status of the response, or 499 if the client disconnected before it */
type RequestEndListener = (request: FastifyRequest, status: number, durationMs: number) => void;

const listenersOf = new WeakMap<FastifyInstance, RequestEndListener[]>();

/**
 * Installs the hook behind `onRequestEnd`. Call it before installing any hook that may respond, and after
 * `serializePipelined`, so that the duration of a pipelined request excludes its wait for earlier requests.
 */
export function observeRequestEnd(fastify: FastifyInstance): void {
  const listeners: RequestEndListener[] = [];
  listenersOf.set(fastify, listeners);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    const start = performance.now();
    // Only one `close` listener: Node warns of a leak if there are more than 10, and streamed responses add theirs.
    raw.once('close', () => {
      const status = raw.headersSent ? reply.statusCode : CLIENT_CLOSED_REQUEST;
      const durationMs = performance.now() - start;
      for (const listener of listeners) listener(request, status, durationMs);
    });
    done();
  });
}

/**
 * Calls `listener` once per request: when the response is sent, or when the client has disconnected. Fastify's
 * onResponse hook is not called in the second case, so abandoned requests would be missing in logs and metrics.
 */
export function onRequestEnd(fastify: FastifyInstance, listener: RequestEndListener): void {
  const listeners = listenersOf.get(fastify);
  if (listeners === undefined) throw new Error('observeRequestEnd must be called before onRequestEnd');
  listeners.push(listener);
}

/** Logs one line per request with the route template instead of the path; never bodies, queries, tokens or DSNs. */
export function logAccess(fastify: FastifyInstance, logger: Logger): void {
  // Reading `remoteAddress` caches it; after `close` it would be undefined.
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

/** Route of all requests that match no route. With their paths, a scanner could create unbounded metric series. */
export const UNMATCHED_ROUTE = 'unmatched';

/** The template of the request's route, such as `/sessions/:session_id`. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? UNMATCHED_ROUTE;
}
