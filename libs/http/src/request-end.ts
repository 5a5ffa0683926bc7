import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The number that nginx made common for a request whose client did not wait for its answer. It is never sent. */
const CLIENT_GONE = 499;

/** @param status what was answered, or 499 */
type Listener = (request: FastifyRequest, reply: FastifyReply, status: number) => void;

/**
 * Calls `listener` once for every request: when its answer is sent, or when its client has gone, of which Fastify's own
 * hook says nothing. Those who do not wait are those for whom it took too long: they must not be missing in figures.
 */
export function whenRequestEnds(fastify: FastifyInstance, listener: Listener): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    raw.once('close', () => listener(request, reply, raw.headersSent ? reply.statusCode : CLIENT_GONE));
    done();
  });
}
