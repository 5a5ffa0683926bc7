import { type HttpProblem, problem } from '@agno/contract';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { logAccess } from './access-log.js';
import { Cors } from './cors.js';
import { closeGracefully } from './graceful-close.js';
import { LargeAnswer, roomForAnswers } from './large-answer.js';
import { LargeBody, sendable } from './large-body.js';
import { inRequest } from './logger.js';
import { answerMalformed, answerUnusual, requireHost } from './malformed-request.js';
import { readBodies } from './request-bodies.js';
import { limitArrival, setDeadlines } from './request-deadline.js';
import { requestIdOf } from './request-id.js';
import { keepOrder } from './request-order.js';
import { routedUrl } from './request-path.js';

export interface HttpOptions {
  readonly bodyLimitBytes: number;
  /** A request that has not arrived whole after this is refused with 408; one that has is answered 504 after as long again. */
  readonly requestTimeoutMs: number;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
}

/** Session ids may be as long as a request line can be. */
const MAX_PARAM_LENGTH = 16_384;

/**
 * How long a connection without a request is kept. A balancer whose own time is longer sends a request just as we close,
 * and has no answer for its client but 502: nginx and AWS take 60 s unless told otherwise, Google always 600 s.
 */
const KEEP_ALIVE_MS = 620_000;

/** How often connections are looked at for requests that do not come to an end, in milliseconds. */
const ARRIVAL_CHECK_MS = 2_000;

/**
 * Fastify as the service needs it: what is not bound to one route (ids, CORS, access log, bodies as bytes) is done in
 * its hooks, which cost a fraction of a Nest layer and also see requests that match no route.
 */
export function createHttpAdapter(options: HttpOptions, logger: Logger): FastifyAdapter {
  const adapter = new SessionAdapter({
    bodyLimit: options.bodyLimitBytes,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    genReqId: requestIdOf,
    rewriteUrl: routedUrl,
    clientErrorHandler: answerMalformed,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { requireHostHeader: false, connectionsCheckingInterval: ARRIVAL_CHECK_MS },
    exposeHeadRoutes: false,
    forceCloseConnections: false,
    return503OnClosing: false,
    skipMiddie: true,
    multipart: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  const cors = new Cors(options.corsOrigins);
  const fastify = adapter.getInstance();
  fastify.decorateRequest('databaseId', undefined);
  fastify.decorateRequest('contentType', undefined);
  fastify.decorateRequest('trace', undefined);
  logAccess(fastify, logger);
  keepOrder(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    keepContentType(request);
    if (cors.answerPreflight(request, reply)) return;
    cors.mark(request, reply);
    reply.header('content-type', 'application/json').serializer(asText);
    requireHost(request.raw);
    inRequest({ request_id: request.id }, done);
  });
  limitArrival(fastify, options.requestTimeoutMs);
  setDeadlines(fastify, options.requestTimeoutMs);
  closeGracefully(fastify, options.requestTimeoutMs);
  answerUnusual(fastify);
  fastify.removeAllContentTypeParsers();
  readBodies(fastify, options.bodyLimitBytes);
  return adapter;
}

/** Fastify refuses content types that it cannot read, and QUERY without one; the contract has an answer of its own to each. */
function keepContentType(request: FastifyRequest): void {
  const { headers, method } = request.raw;
  if (headers['content-type'] === undefined && method !== 'QUERY') return;
  request.contentType = headers['content-type'];
  headers['content-type'] = 'application/octet-stream';
}

/** Bodies are JSON text already. A serializer of our own also keeps Fastify from adding a charset, which JSON has not. */
function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** 503 would promise that nothing was done. */
function noRoomFor(method: string): HttpProblem {
  const isRead = method === 'GET';
  return problem(isRead ? 503 : 504, `Too many large answers are on their way${isRead ? '' : '; the change was made'}`);
}

/** Nest's adapter, except that large answers are sent piece by piece, and that what they take up together has a bound. */
class SessionAdapter extends FastifyAdapter {
  private readonly room = roomForAnswers(this.getInstance().initialConfig.bodyLimit ?? 0);

  override reply(response: FastifyReply, body: unknown, status?: number): FastifyReply {
    const sent = sendable(body);
    if (sent instanceof LargeBody && !LargeAnswer.takeRoom(response.raw, sent.length, this.room)) {
      const { body: refusal, status: code } = noRoomFor(response.request.method);
      if (code === 503) response.header('retry-after', '1');
      return super.reply(response, refusal, code);
    }
    return super.reply(response, sent, status);
  }
}
