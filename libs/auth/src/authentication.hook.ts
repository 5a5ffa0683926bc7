import { decodePercent } from '@session-service/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Credentials } from './authenticator.js';
import type { Caller } from './identity.js';

/**
 * Puts the gatekeeper before every request, also before those that match no route. A hook and not a Nest guard, since
 * AgentOS answers 401 before it looks for the route (ADR 0005); it sees the path that the router sees, so no spelling of a
 * path gets around it.
 */
export function addAuthenticationHook(fastify: FastifyInstance, gatekeeper: Authenticator): void {
  fastify.decorateRequest('caller');
  fastify.addHook('onRequest', (request, reply, done) => {
    const admit = (caller: Caller) => {
      request.caller = caller;
      done();
    };
    const refuse = (error: Error) => {
      addCorsHeaders(reply);
      done(error);
    };
    try {
      const caller = gatekeeper.authenticate(credentialsOf(request));
      if (caller instanceof Promise) caller.then(admit, refuse);
      else admit(caller);
    } catch (error) {
      refuse(error as Error);
    }
  });
}

/** A refusal tells a page of an allowed origin, as AgentOS's does, that it may send what it likes. */
function addCorsHeaders(reply: FastifyReply): void {
  if (!reply.hasHeader('access-control-allow-origin')) return;
  reply.header('access-control-allow-methods', '*').header('access-control-allow-headers', '*');
}

function credentialsOf(request: FastifyRequest): Credentials {
  const { url } = request;
  const queryStart = url.indexOf('?');
  const path = queryStart === -1 ? url : url.slice(0, queryStart);
  return {
    method: request.method,
    path: path.includes('%') ? decodePercent(path) : path,
    authorization: request.headers.authorization,
    cookies: request.headers.cookie,
    get address() {
      return request.ip;
    },
  };
}
