import { routeOf } from '@agno/http';
import type { FastifyInstance } from 'fastify';
import type { ServiceMetrics } from './service-metrics.js';

/** Has every request counted and timed, also those that no route takes. */
export function measureRequests(fastify: FastifyInstance, metrics: ServiceMetrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    metrics.requestEnded(request.method, routeOf(request), reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}
