import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './access-log.js';
import { timeOutIncompleteRequest } from './client-errors.js';
import { currentResponse } from './pipelining.js';

/** How long a connection without a request may still bring one after closing began, in milliseconds. */
const CLOSE_GRACE_MS = 500;

/**
 * Lets a closing server answer everything that was sent to it. Node ends connections that look idle at once, and with
 * them requests that are on the wire but not yet read; here they get a moment to arrive. So does the next request of a
 * client whose last answer promised that its connection is kept. After that a connection ends with its answer, instead
 * of holding up the end of the process for as long as its client keeps it. Nor do those hold it up that never ask, or never
 * come to an end with it, which Node no longer looks after then.
 *
 * @param timeoutMs the time that a request has to arrive
 */
export function closeGracefully(fastify: FastifyInstance, timeoutMs: number): void {
  const { server } = fastify;
  if (!(server instanceof Server)) return;
  const connections = trackConnections(server);
  let isOver = false;
  server.closeIdleConnections = () => undefined;
  fastify.addHook('preClose', (done) => {
    setTimeout(async () => {
      await allInputRead();
      isOver = true;
      closeIdleSockets(server, connections);
    }, CLOSE_GRACE_MS);
    // Again and again: what comes behind a request that is still being answered may not come to an end either.
    setInterval(() => connections.forEach(timeOutIncompleteRequest), timeoutMs).unref();
    done();
  });
  onRequestEnd(fastify, ({ raw: { socket } }) => {
    // The next request of the connection may have its turn already.
    if (isOver && currentResponse(socket) === undefined) socket.destroySoon();
  });
}

/** Resolves when all is read that has come by now: the loop takes connections in one round and reads them in the next. */
async function allInputRead(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** Ends the connections on which nothing is under way. */
function closeIdleSockets(server: Server, connections: ReadonlySet<Socket>): void {
  // Node takes an answer for sent that is only handed to its connection, and would cut it off.
  const unsent = [...connections].flatMap((socket) => currentResponse(socket) ?? []).filter(({ finished }) => finished);
  for (const answer of unsent) answer.finished = false;
  Server.prototype.closeIdleConnections.call(server);
  for (const answer of unsent) answer.finished = true;
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
}

function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

/**
 * From now on every answer ends its connection and says so. To be called when the service is told to stop: clients that
 * keep connections and look at no probe open their next one elsewhere, while this process still answers.
 */
export function closeConnectionsAfterResponses({ server }: FastifyInstance): void {
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('connection', 'close');
  });
}
