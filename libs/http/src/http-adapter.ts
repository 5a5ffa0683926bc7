import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Deadline, MemoryBudget, Reservation } from '@session-service/database';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { onRequestEnd } from './access-log.js';
import type { HostOptions } from './allowed-hosts.js';
import { onClientError } from './client-errors.js';
import { KEEP_ALIVE_MS } from './connections.js';
import { ResponseLimiter, ResponseStream, toSendableBody } from './large-responses.js';
import { discardBodyBeforeClose } from './lingering-close.js';
import { type LogContext, runWithLogContext } from './logger.js';
import { verifyNodeInternals } from './node-internals.js';
import { normalizeUrl } from './paths.js';
import { preserveContentType } from './request-bodies.js';
import { requestIdOf } from './request-id.interceptor.js';
import { SlowClients } from './timeouts.js';

export interface HttpOptions extends HostOptions {
  readonly bodyLimitBytes: number;
  readonly maxConnections: number;
  /** Time limit for receiving a request (408), and again for responding to it (504; its statements are cancelled). */
  readonly requestTimeoutMs: number;
  /** Addresses and networks whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
}

/** Limit of a path parameter in characters. Node's limit for a request's head is equal, so no session id exceeds it. */
const MAX_PARAM_LENGTH = 16_384;

/** Interval in milliseconds at which Node checks for requests that have not arrived in time. */
const ARRIVAL_CHECK_MS = 2_000;

/** Sets Fastify's options. `pipeline.ts` of the service installs the hooks. */
export function createHttpAdapter(
  options: Pick<HttpOptions, 'bodyLimitBytes' | 'trustedProxies'>,
): StreamingFastifyAdapter {
  verifyNodeInternals();
  return new StreamingFastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    genReqId: requestIdOf,
    rewriteUrl: normalizeUrl,
    clientErrorHandler: onClientError,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { requireHostHeader: false, connectionsCheckingInterval: ARRIVAL_CHECK_MS },
    exposeHeadRoutes: false,
    forceCloseConnections: false,
    return503OnClosing: false,
    skipMiddie: true,
    multipart: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
}

/** Nest's adapter; in addition, it streams large responses and counts all responses in the memory budget. */
export class StreamingFastifyAdapter extends FastifyAdapter {
  /** True while requests wait for memory or connections. Set by `pipeline.ts`. */
  isUnderPressure: () => boolean = () => false;
  readonly slowClients = new SlowClients(() => this.isUnderPressure());
  private readonly responses = new ResponseLimiter(this.slowClients);

  override reply(response: FastifyReply, body: unknown, status?: number): FastifyReply {
    const { raw: request } = response.request;
    if (!request.complete) discardBodyBeforeClose(request);
    const sendable = toSendableBody(body);
    if (!this.responses.prepare(response, sendable, status)) return response;
    if (!(sendable instanceof ResponseStream)) return super.reply(response, sendable, status);
    // Avoids Nest's StreamableFile: the first file of a connection stays in memory until the connection closes.
    if (status !== undefined) response.code(status);
    if (sendable.bytes !== undefined) response.header('content-length', sendable.bytes);
    return response.send(sendable.stream);
  }
}

/** Properties that the service adds to Fastify's request. Each is unset until the hook or interceptor that sets it. */
export interface RequestContext {
  /** The request's part of the memory budget: its body, its rows, and its response until the kernel has accepted it. */
  memory: Reservation;
  /** Fields of the request's log lines. */
  logContext: LogContext;
  /** Set by `startDeadline`. Expires after the request timeout, or when the client of a read disconnects. */
  deadline: Deadline;
  /** True if the request arrived on the management port, where nothing needs authentication. */
  readonly isManagement: boolean;
  /** The `Content-Type` as received. `libs/contract` checks it, not Fastify. */
  contentType: string | undefined;
  /** The `db_id` of the database that serves the request, for the access log. */
  databaseId: string | undefined;
  /** Ids for the access log; undefined if the request is not traced. */
  trace: Pick<LogContext, 'trace_id' | 'span_id'> | undefined;
  /**
   * State of the controller. Until it is `ended`, the request's memory stays reserved, even if the client has
   * disconnected.
   */
  work: 'pending' | 'running' | 'ended';
}

declare module 'fastify' {
  interface FastifyRequest extends RequestContext {}
}

/** Gives each request its memory reservation, log context, neutral content type and serializer. */
export function openRequest(fastify: FastifyInstance, memory: MemoryBudget): void {
  for (const name of ['memory', 'logContext', 'deadline', 'contentType', 'databaseId', 'trace'] as const) {
    fastify.decorateRequest(name);
  }
  fastify.decorateRequest('work', 'pending');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.memory = memory.reservation();
    request.logContext = {};
    preserveContentType(request);
    reply.header('content-type', 'application/json').serializer(serializeBody);
    runWithLogContext(request.logContext, done);
  });
  onRequestEnd(fastify, (request) => {
    if (request.work === 'ended') request.memory.release();
  });
}

/** Strings are JSON already. With a serializer Fastify does not add a charset, a parameter that JSON does not have. */
function serializeBody(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
