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
  observeRequestEnd,
  openRequest,
  RequestIdInterceptor,
  readBodiesAsBytes,
  requireHostHeader,
  type StreamingFastifyAdapter,
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
 * 2. `globalProviders`: the interceptors, which enclose the controller (ADR 4), and the filter for all errors, including
 *    those of the hooks.
 */

export interface PipelineParts {
  readonly options: HttpOptions;
  readonly logger: Logger;
  readonly memory: MemoryBudget;
  readonly metrics: ServiceMetrics;
  readonly tracing: Tracing | undefined;
  readonly authenticator: Authenticator;
  /** True while requests wait for connections that large responses hold. */
  readonly isDatabaseBusy: () => boolean;
}

/** Call before the application listens. */
export function installHooks(adapter: StreamingFastifyAdapter, parts: PipelineParts): void {
  const { options, logger, memory, metrics, tracing, authenticator, isDatabaseBusy } = parts;
  const fastify = adapter.getInstance();
  adapter.isUnderPressure = () => memory.hasRefusedWithin(1_000) || isDatabaseBusy();

  // The server. Bytes that are not HTTP get 400, 408 or 431 from `onClientError`, an option of the adapter.
  limitArrivalTime(fastify, options.requestTimeoutMs); // 408
  handleConnectAndExpect(fastify); // 405

  // onRequest
  serializePipelined(fastify);
  observeRequestEnd(fastify);
  limitConnections(fastify, options.maxConnections);
  openRequest(fastify, memory);
  addRequestIdHook(fastify);
  addCorsHook(fastify, options.corsOrigins); // Responds to preflights.
  requireHostHeader(fastify); // 400
  tracing?.traceRequests(fastify);
  addAuthenticationHook(fastify, authenticator); // 401, 403, 429, 503

  // After routing
  readBodiesAsBytes(fastify, options.bodyLimitBytes, adapter.slowClients); // 408, 413, 503

  // When the response is sent or the client has disconnected
  logAccess(fastify, logger);
  measureRequests(fastify, metrics);
  closeGracefully(fastify, options.requestTimeoutMs);
}

/** The interceptors, outermost first, and the filter. */
export function globalProviders({ requestTimeoutMs }: HttpOptions): Provider[] {
  return [
    { provide: APP_INTERCEPTOR, useFactory: () => new TimeoutInterceptor(requestTimeoutMs) }, // 504
    { provide: APP_INTERCEPTOR, useClass: RequestIdInterceptor },
    { provide: APP_FILTER, useClass: AllExceptionsFilter },
  ];
}

/** Does for routes without a controller, such as `/docs`, what the interceptors do for all others. */
export function optionsWithoutController({ requestTimeoutMs }: HttpOptions): RouteShorthandOptions {
  return {
    preHandler: (request, reply, done) => {
      bindRequestId(request, reply);
      startDeadline(request, reply, requestTimeoutMs, () => undefined);
      done();
    },
  };
}
