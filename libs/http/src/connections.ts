import { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './access-log.js';
import { currentResponse } from './pipelining.js';

/**
 * How long a connection without a request is kept. A balancer whose own time is longer sends a request just as we close,
 * and has no answer for its client but 502: nginx and AWS take 60 s unless told otherwise, Google always 600 s.
 */
export const KEEP_ALIVE_MS = 620_000;
/** The same while there are nearly as many connections as there may be. */
const SHORT_KEEP_ALIVE_MS = 5_000;
const NEARLY_FULL_SHARE = 0.75;

/**
 * Bounds the connections of this process. Beyond the limit the connection that has been idle for the longest time is closed, so
 * that a new client, or a probe, still gets in; only where none is idle the new one is closed.
 */
export function limitConnections(fastify: FastifyInstance, limit: number): void {
  const { server } = fastify;
  if (!(server instanceof Server)) return;
  let count = 0;
  /** In the order in which they became idle. */
  const idle = new Set<Socket>();
  const changeCount = (by: number) => {
    count += by;
    server.keepAliveTimeout = count < NEARLY_FULL_SHARE * limit ? KEEP_ALIVE_MS : SHORT_KEEP_ALIVE_MS;
  };
  server.on('connection', (socket) => {
    changeCount(1);
    if (count > limit) (longestIdle(idle) ?? socket).destroy();
    idle.add(socket);
    socket.once('close', () => {
      idle.delete(socket);
      changeCount(-1);
    });
  });
  fastify.addHook('onRequest', ({ raw: { socket } }, _, done) => {
    idle.delete(socket);
    done();
  });
  onRequestEnd(fastify, ({ raw: { socket } }) => {
    if (!socket.destroyed) idle.add(socket);
  });
}

/** Behind a request that has ended the next of its connection may already have begun. */
function longestIdle(idle: ReadonlySet<Socket>): Socket | undefined {
  for (const socket of idle) if (currentResponse(socket) === undefined) return socket;
  return undefined;
}
