import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './access-log.js';
import { timeOutIncompleteRequest } from './client-errors.js';
import { closeIdleConnections, currentResponse, keepIdleConnectionsOnClose } from './node-internals.js';

/** Time in milliseconds for which idle connections stay open after shutdown has started. */
const CLOSE_GRACE_MS = 500;

/**
 * Makes a closing server respond to every request that was sent to it. From then on, every response has `Connection: close`,
 * so that clients with kept connections go to another instance; not before, because they would connect to this one again,
 * and the kernel resets connections that are not accepted when the server stops listening. Idle connections stay open for
 * CLOSE_GRACE_MS, because a request may be on its way; after that, each connection closes with its current response.
 * Connections without a request, or with an incomplete request, do not delay the exit of the process.
 *
 * @param timeoutMs time limit for receiving a request
 */
export function closeGracefully(fastify: FastifyInstance, timeoutMs: number): void {
  const { server } = fastify;
  if (!(server instanceof Server)) return;
  const connections = trackConnections(server);
  let isGraceOver = false;
  keepIdleConnectionsOnClose(server);
  fastify.addHook('preClose', async () => {
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.setHeader('connection', 'close');
    });
    setTimeout(async () => {
      await allInputRead();
      isGraceOver = true;
      closeIdleConnections(server, connections);
    }, CLOSE_GRACE_MS);
    // A closing server of Node no longer times out incomplete requests. Repeated, because an incomplete request may
    // begin after a response.
    setInterval(() => connections.forEach(timeOutIncompleteRequest), timeoutMs).unref();
    // The event loop has just accepted all connections, so that the server stops listening with next to none waiting.
    await setImmediate();
  });
  onRequestEnd(fastify, ({ raw: { socket } }) => {
    // Keeps a connection whose next pipelined request has already started.
    if (isGraceOver && currentResponse(socket) === undefined) socket.destroySoon();
  });
}

/** Resolves when all received input is read: the event loop accepts a connection and reads it one iteration later. */
async function allInputRead(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}
