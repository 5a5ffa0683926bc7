import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** nginx's status for a request whose client disconnected before the response. Used in logs and metrics, never sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** @param status of the response, or 499 */
type RequestEndListener = (request: FastifyRequest, status: number, durationMs: number) => void;

const listenersOf = new WeakMap<FastifyInstance, RequestEndListener[]>();

/**
 * Installs the hook behind `onRequestEnd`. It must run before all hooks that may respond, and after
 * `serializePipelined`: the duration of a pipelined request starts with its turn.
 */
export function observeRequestEnd(fastify: FastifyInstance): void {
  const listeners: RequestEndListener[] = [];
  listenersOf.set(fastify, listeners);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    const start = performance.now();
    // One `close` listener for all: Node warns of a leak at 11, and streamed responses add their own.
    raw.once('close', () => {
      const status = raw.headersSent ? reply.statusCode : CLIENT_CLOSED_REQUEST;
      const durationMs = performance.now() - start;
      for (const listener of listeners) listener(request, status, durationMs);
    });
    done();
  });
}

/**
 * Calls `listener` once per request: when its response is sent, or when its client has disconnected. Fastify's
 * onResponse is not called in the second case, and requests that clients give up on must not be missing in metrics.
 */
export function onRequestEnd(fastify: FastifyInstance, listener: RequestEndListener): void {
  const listeners = listenersOf.get(fastify);
  if (listeners === undefined) throw new Error('observeRequestEnd must be called before onRequestEnd');
  listeners.push(listener);
}

/** Logs one line per request: never bodies, queries, tokens or DSNs, and the route's template instead of the path. */
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

/** Stands for the route of all paths without one, so that a scanner cannot create unbounded metric series. */
export const UNMATCHED_ROUTE = 'unmatched';

/** The template of the request's route. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? UNMATCHED_ROUTE;
}
