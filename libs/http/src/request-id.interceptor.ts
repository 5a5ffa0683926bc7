import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';

const VALID_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Returns the client's `X-Request-ID` if it has 1 to 128 characters of `[A-Za-z0-9._-]`, else a new UUID. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const received = headers['x-request-id'];
  return typeof received === 'string' && VALID_ID.test(received) ? received : randomUUID();
}

/** Adds the request's id to its log lines and to the `X-Request-ID` header of the response. Idempotent. */
export function bindRequestId(request: FastifyRequest, reply: FastifyReply): void {
  request.logContext.request_id = request.id;
  reply.header('x-request-id', request.id);
}

/** Binds the request id for every request that reaches a controller. */
@Injectable()
export class RequestIdInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const [request, reply] = context.getArgs<[FastifyRequest, FastifyReply]>();
    bindRequestId(request, reply);
    return next.handle();
  }
}

/**
 * Binds the request id for every request without a route: 404, 405 and CORS preflights. AllExceptionsFilter binds it
 * for a request that has a route but is rejected before its controller.
 */
export function addRequestIdHook(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.is404) bindRequestId(request, reply);
    done();
  });
}
