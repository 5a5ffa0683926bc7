import { decodePercent } from '@session-service/contract';
import { addRejectionHeaders, bindRequestId, rawPathOf } from '@session-service/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator, Credentials } from './authenticator.js';
import { ANONYMOUS, type Caller } from './identity.js';

/**
 * Authenticates every request and sets `request.caller`, or rejects it: 401, 403, 429, 503. A Fastify hook instead of a
 * Nest guard, because AgentOS checks the token before it looks for a route (ADR 5). The hook sees the same normalized
 * path as the router, so no spelling of a path bypasses it.
 */
export function addAuthenticationHook(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.decorateRequest('caller');
  fastify.addHook('onRequest', (request, reply, done) => {
    const succeed = (caller: Caller) => {
      request.caller = caller;
      done();
    };
    const fail = (error: Error) => {
      addRejectionHeaders(reply);
      done(error);
    };
    if (request.isManagement) {
      succeed(ANONYMOUS);
      return;
    }
    try {
      const caller = authenticator.authenticate(credentialsOf(request));
      if (caller instanceof Promise) {
        // A lookup may log before RequestIdInterceptor runs.
        bindRequestId(request, reply);
        caller.then(succeed, fail);
      } else succeed(caller);
    } catch (error) {
      fail(error as Error);
    }
  });
}

function credentialsOf(request: FastifyRequest): Credentials {
  const path = rawPathOf(request.url);
  return {
    method: request.method,
    path: path.includes('%') ? decodePercent(path) : path,
    authorization: request.headers.authorization,
    cookies: request.headers.cookie,
    address: () => request.ip,
  };
}
