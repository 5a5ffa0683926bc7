import { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './access-log.js';
import { currentResponse } from './node-internals.js';

/**
 * Idle time in milliseconds after which a connection is closed. It must exceed the idle time of load balancers (nginx
 * and AWS 60 s by default, Google 600 s), or they would send requests on closing connections and respond 502.
 */
export const KEEP_ALIVE_MS = 620_000;
/** Idle time in milliseconds while more than NEARLY_FULL_SHARE of the allowed connections are open. */
const SHORT_KEEP_ALIVE_MS = 5_000;
const NEARLY_FULL_SHARE = 0.75;

/**
 * Limits the connections of this process. At the limit, a new connection replaces the connection that has been idle
 * longest, so that new clients and probes can connect. If no connection is idle, the new connection is closed.
 */
export function limitConnections(fastify: FastifyInstance, limit: number): void {
  const { server } = fastify;
  if (!(server instanceof Server)) return;
  let count = 0;
  /** Ordered by the start of the idle time, longest idle first. */
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

/** Skips a connection whose next pipelined request has already started. */
function longestIdle(idle: ReadonlySet<Socket>): Socket | undefined {
  for (const socket of idle) if (currentResponse(socket) === undefined) return socket;
  return undefined;
}
