import { onRequestEnd, routeOf } from '@agno/http';
import type { FastifyInstance } from 'fastify';
import type { ServiceMetrics } from './service-metrics.js';

/** Has every request counted and timed, also those that no route takes. */
export function measureRequests(fastify: FastifyInstance, metrics: ServiceMetrics): void {
  onRequestEnd(fastify, (request, status, durationMs) => {
    metrics.requestEnded(request.method, routeOf(request), status, durationMs / 1000);
  });
}
