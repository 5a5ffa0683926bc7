import { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './access-log.js';
import { currentResponse } from './node-internals.js';

/**
 * Idle time after which a connection is closed. A load balancer with a longer idle time would send a request just as
 * the service closes, and respond 502: nginx and AWS default to 60 s, Google always uses 600 s.
 */
export const KEEP_ALIVE_MS = 620_000;
/** Idle time while the number of connections is near its limit. */
const SHORT_KEEP_ALIVE_MS = 5_000;
const NEARLY_FULL_SHARE = 0.75;

/**
 * Limits the connections of this process. A connection beyond the limit replaces the one that has been idle longest, so
 * that new clients and probes still get in; without an idle one, the new connection is closed.
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

/** Skips connections whose next pipelined request has already started. */
function longestIdle(idle: ReadonlySet<Socket>): Socket | undefined {
  for (const socket of idle) if (currentResponse(socket) === undefined) return socket;
  return undefined;
}
