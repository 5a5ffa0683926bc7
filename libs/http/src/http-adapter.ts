import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Deadline, MemoryBudget, Reservation } from '@session-service/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { logAccess, onRequestEnd } from './access-log.js';
import { assertHostHeader, handleConnectAndExpect, onClientError } from './client-errors.js';
import { KEEP_ALIVE_MS, limitConnections } from './connections.js';
import { Cors } from './cors.js';
import { closeGracefully } from './graceful-shutdown.js';
import { ResponseLimiter, ResponseStream, toSendableBody } from './large-responses.js';
import { type LogContext, runWithLogContext } from './logger.js';
import { normalizeUrl } from './paths.js';
import { serializePipelined } from './pipelining.js';
import { readBodiesAsBytes } from './request-bodies.js';
import { requestIdOf } from './request-id.js';
import { limitArrivalTime, SlowClients, setDeadlines } from './timeouts.js';

export interface HttpOptions {
  readonly bodyLimitBytes: number;
  readonly maxConnections: number;
  /** A request that has not arrived whole after this is refused with 408; one that has is answered 504 after as long again. */
  readonly requestTimeoutMs: number;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
}

/** Session ids may be as long as a request line can be. */
const MAX_PARAM_LENGTH = 16_384;

/** How often connections are looked at for requests that do not come to an end, in milliseconds. */
const ARRIVAL_CHECK_MS = 2_000;

/**
 * Fastify as the service needs it: what is not bound to one route (ids, CORS, access log, bodies as bytes) is done in
 * its hooks, which cost a fraction of a Nest layer and also see requests that match no route.
 *
 * @param isWaitedFor whether requests wait for connections that large responses hold
 */
export function createHttpAdapter(
  options: HttpOptions,
  memory: MemoryBudget,
  isWaitedFor: () => boolean,
  logger: Logger,
): FastifyAdapter {
  const adapter = new StreamingFastifyAdapter({
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
  adapter.isUnderPressure = () => memory.hasRefusedWithin(1_000) || isWaitedFor();
  const cors = new Cors(options.corsOrigins);
  const fastify = adapter.getInstance();
  fastify.decorateRequest('databaseId', undefined);
  fastify.decorateRequest('contentType', undefined);
  fastify.decorateRequest('trace', undefined);
  fastify.decorateRequest('hasReplied', false);
  serializePipelined(fastify);
  logAccess(fastify, logger);
  limitConnections(fastify, options.maxConnections);
  onRequestEnd(fastify, ({ hasReplied, memory: held }) => {
    // A write whose client has gone goes on, and holds what it needs until it has ended.
    if (hasReplied) held.release();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    request.memory = memory.reservation();
    reply.header('x-request-id', request.id);
    preserveContentType(request);
    if (cors.respondToPreflight(request, reply)) return;
    cors.addHeaders(request, reply);
    reply.header('content-type', 'application/json').serializer(serializeBody);
    assertHostHeader(request.raw);
    runWithLogContext({ request_id: request.id }, done);
  });
  limitArrivalTime(fastify, options.requestTimeoutMs);
  setDeadlines(fastify, options.requestTimeoutMs);
  closeGracefully(fastify, options.requestTimeoutMs);
  handleConnectAndExpect(fastify);
  fastify.removeAllContentTypeParsers();
  readBodiesAsBytes(fastify, options.bodyLimitBytes, adapter.slowClients);
  return adapter;
}

/** Fastify refuses content types that it cannot read, and QUERY without one; the contract has an answer of its own to each. */
function preserveContentType(request: FastifyRequest): void {
  const { headers, method } = request.raw;
  if (headers['content-type'] === undefined && method !== 'QUERY') return;
  request.contentType = headers['content-type'];
  headers['content-type'] = 'application/octet-stream';
}

/** Bodies are JSON text already. A serializer of our own also keeps Fastify from adding a charset, which JSON has not. */
function serializeBody(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Nest's adapter, except that large responses are sent piece by piece, and that all of them count in the memory budget. */
class StreamingFastifyAdapter extends FastifyAdapter {
  /** Whether memory or connections are short. */
  isUnderPressure: () => boolean = () => false;
  readonly slowClients = new SlowClients(() => this.isUnderPressure());
  private readonly responses = new ResponseLimiter(this.slowClients);

  override reply(response: FastifyReply, body: unknown, status?: number): FastifyReply {
    const sent = toSendableBody(body);
    if (!this.responses.prepare(response, sent, status)) return response;
    if (!(sent instanceof ResponseStream)) return super.reply(response, sent, status);
    // Not as a StreamableFile: Nest keeps the first one of each connection in memory until the connection closes.
    if (status !== undefined) response.code(status);
    if (sent.bytes !== undefined) response.header('content-length', sent.bytes);
    return response.send(sent.stream);
  }
}

/** What a request carries through the service beside Fastify's own: filled in as it becomes known. */
export interface RequestContext {
  /** Memory of the process that the request holds until it has replied and its connection has taken the response. */
  memory: Reservation;
  /** When to stop waiting for the answer. */
  deadline: Deadline;
  /** The `Content-Type` as sent; the contract judges it, not Fastify. */
  contentType: string | undefined;
  /** The db_id that answers, for the access log. */
  databaseId: string | undefined;
  /** Where the request is traced: what its line in the access log says of that. */
  trace: Pick<LogContext, 'trace_id' | 'span_id'> | undefined;
  /** True when the handler has ended: it has handed over its response. */
  hasReplied: boolean;
}

declare module 'fastify' {
  interface FastifyRequest extends RequestContext {}
}
