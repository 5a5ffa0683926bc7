import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** How long a connection without a request may still bring one after closing began, in milliseconds. */
const LAST_CALL_MS = 500;

/**
 * Lets a closing server answer everything that was sent to it. Node ends connections that look idle at once, and with
 * them requests that are on the wire but not yet read; here they get a moment to arrive. So does the next request of a
 * client whose last answer promised that its connection is kept. After that a connection ends with its answer, instead
 * of holding up the end of the process for as long as its client keeps it.
 */
export function closeGracefully(fastify: FastifyInstance): void {
  const { server } = fastify;
  let isOver = false;
  if (server instanceof Server) server.closeIdleConnections = () => undefined;
  fastify.addHook('preClose', (done) => {
    setTimeout(() => {
      isOver = true;
      if (server instanceof Server) Server.prototype.closeIdleConnections.call(server);
    }, LAST_CALL_MS);
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    if (isOver) request.raw.socket.destroySoon();
    done();
  });
}

/**
 * From now on every answer ends its connection and says so. To be called when the service is told to stop: clients that
 * keep connections and look at no probe open their next one elsewhere, while this process still answers.
 */
export function endConnectionsWithAnswers({ server }: FastifyInstance): void {
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('connection', 'close');
  });
}
