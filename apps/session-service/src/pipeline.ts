import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { type Authenticator, addAuthenticationHook } from '@session-service/auth';
import type { MemoryBudget } from '@session-service/database';
import {
  AllExceptionsFilter,
  addCorsHook,
  addRequestIdHook,
  bindRequestId,
  closeGracefully,
  type HttpOptions,
  handleConnectAndExpect,
  limitArrivalTime,
  limitConnections,
  logAccess,
  type ManagementPort,
  observeRequestEnd,
  openRequest,
  RequestIdInterceptor,
  readBodiesAsBytes,
  rejectCrossSiteChanges,
  rejectForeignHosts,
  requireOneHost,
  type StreamingFastifyAdapter,
  separateManagement,
  serializePipelined,
  startDeadline,
  TimeoutInterceptor,
} from '@session-service/http';
import { measureRequests, type ServiceMetrics, type Tracing } from '@session-service/telemetry';
import type { RouteShorthandOptions } from 'fastify';
import type { Logger } from 'pino';

/*
 * Everything that runs for a request, in order of execution:
 *
 * 1. `installHooks`: Fastify's hooks, also for requests that match no route. Authentication is one of them (ADR 5).
 * 2. `globalProviders`: the interceptors, which enclose the controller (ADR 4), and the filter for all errors, even those
 *    of the hooks.
 *
 * A number behind a step is the status with which the step rejects a request.
 */

export interface PipelineParts {
  readonly options: HttpOptions;
  readonly logger: Logger;
  readonly memory: MemoryBudget;
  readonly metrics: ServiceMetrics;
  readonly tracing: Tracing | undefined;
  readonly authenticator: Authenticator;
  readonly management: ManagementPort | undefined;
  /** True while requests wait for connections that large responses hold. */
  readonly isDatabaseBusy: () => boolean;
}

/** Must be called before the application listens. */
export function installHooks(adapter: StreamingFastifyAdapter, parts: PipelineParts): void {
  const { options, logger, memory, metrics, tracing, authenticator, management, isDatabaseBusy } = parts;
  const fastify = adapter.getInstance();
  adapter.isUnderPressure = () => memory.hasRefusedWithin(1_000) || isDatabaseBusy();

  // Server. `onClientError`, an option of the adapter, responds 400, 408 or 431 to bytes that are not a valid request.
  limitArrivalTime(fastify, options.requestTimeoutMs); // 408
  handleConnectAndExpect(fastify); // 405

  // Fastify's onRequest hooks: before routing
  serializePipelined(fastify);
  observeRequestEnd(fastify);
  limitConnections(fastify, options.maxConnections);
  openRequest(fastify, memory);
  addRequestIdHook(fastify);
  addCorsHook(fastify, options.corsOrigins); // Responds to preflights.
  requireOneHost(fastify); // 400
  separateManagement(fastify, management); // 404
  rejectForeignHosts(fastify, options); // 403
  rejectCrossSiteChanges(fastify, options.corsOrigins); // 403
  tracing?.traceRequests(fastify);
  addAuthenticationHook(fastify, authenticator); // 401, 403, 429, 503

  // After routing
  readBodiesAsBytes(fastify, options.bodyLimitBytes, adapter.slowClients); // 408, 413, 503

  // After the response is sent or the client has disconnected
  logAccess(fastify, logger);
  measureRequests(fastify, metrics);
  closeGracefully(fastify, options.requestTimeoutMs);
}

/** The interceptors in order, the first one outermost, and the exception filter. */
export function globalProviders({ requestTimeoutMs }: HttpOptions): Provider[] {
  return [
    { provide: APP_INTERCEPTOR, useFactory: () => new TimeoutInterceptor(requestTimeoutMs) }, // 504
    { provide: APP_INTERCEPTOR, useClass: RequestIdInterceptor },
    { provide: APP_FILTER, useClass: AllExceptionsFilter },
  ];
}

/** Sets request id and deadline on routes without a controller, such as `/docs`, where interceptors do not run. */
export function optionsWithoutController({ requestTimeoutMs }: HttpOptions): RouteShorthandOptions {
  return {
    preHandler: (request, reply, done) => {
      bindRequestId(request, reply);
      startDeadline(request, reply, requestTimeoutMs, () => undefined);
      done();
    },
  };
}
