import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';

const VALID_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The id of a request: the client's `X-Request-ID` if it is 1–128 of `[A-Za-z0-9._-]`, else a new UUID. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const received = headers['x-request-id'];
  return typeof received === 'string' && VALID_ID.test(received) ? received : randomUUID();
}

/** Binds the request's id to its log lines and to the response's `X-Request-ID`. Calling it twice does no harm. */
export function bindRequestId(request: FastifyRequest, reply: FastifyReply): void {
  request.logContext.request_id = request.id;
  reply.header('x-request-id', request.id);
}

/** Binds the id of every request that reaches a controller. */
@Injectable()
export class RequestIdInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const [request, reply] = context.getArgs<[FastifyRequest, FastifyReply]>();
    bindRequestId(request, reply);
    return next.handle();
  }
}

/**
 * Binds the id of every request that matches no route: 404, 405 and CORS preflights. AllExceptionsFilter binds the id
 * of a request that has a route, but is rejected before its controller.
 */
export function addRequestIdHook(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.is404) bindRequestId(request, reply);
    done();
  });
}
