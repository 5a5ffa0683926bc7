import type { FastifyInstance } from 'fastify';
import type { ServiceMetrics } from './service-metrics.js';

/** Paths that no route has share one label, so that a scan cannot fill the memory. */
const NO_ROUTE = 'unmatched';

/** Has every request counted and timed, also those that no route takes. */
export function measureRequests(fastify: FastifyInstance, metrics: ServiceMetrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? NO_ROUTE;
    metrics.requestEnded(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}
