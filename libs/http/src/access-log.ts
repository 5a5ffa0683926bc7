import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** One line per request: never bodies, queries, tokens or DSNs. The route is its template, not the path asked for. */
export function logAccess(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  logger.info(
    {
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unmatched',
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
      db_id: request.databaseId,
      remote_ip: request.ip,
    },
    'request',
  );
}
