import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { onRequestEnd } from './request-end.js';

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
