import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { addPendingBytes, currentResponse } from './node-internals.js';

/** Limit of queued requests on all connections. A request takes a few KB, and one read of a socket can add 2,000. */
const MAX_QUEUED_TOTAL = 10_000;
let queuedTotal = 0;

/** Pending bytes that exceed Node's limit for a connection, so that Node stops reading it. */
const PAUSE_READING_BYTES = 2 ** 30;

const queues = new WeakMap<Socket, PipelineQueue>();

/**
 * Processes the requests of a connection one after another. Node processes pipelined requests concurrently and only
 * orders their responses: a read could miss the write before it, and one client could make the service hold hundreds of
 * responses. After the connection has closed, no request is started: the client cannot learn the outcome and may retry.
 */
export function serializePipelined(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { socket } }, { raw: response }, done) => {
    if (isConnectionClosed(socket)) return;
    // Node assigns the socket to a response when all earlier responses of the connection are sent.
    if (response.socket !== null) done();
    else queueOf(socket).add(response, done);
  });
}

/** True if no response can be sent on a connection any more. A request that arrives then must not be processed. */
export function isConnectionClosed(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
}

/** The requests of one connection that wait for an earlier request to end. */
class PipelineQueue {
  private length = 0;
  private last: ServerResponse | undefined;

  constructor(private readonly socket: Socket) {
    socket.once('close', () => {
      queuedTotal -= this.length;
    });
  }

  add(response: ServerResponse, start: () => void): void {
    const previous = this.last ?? currentResponse(this.socket);
    // Yields first: thousands of requests that need no database would keep all other connections waiting.
    previous?.once('close', () => setImmediate(() => this.startNext(response, start)));
    this.last = response;
    if (this.length === 0) addPendingBytes(response, PAUSE_READING_BYTES);
    this.length++;
    queuedTotal++;
    if (queuedTotal > MAX_QUEUED_TOTAL) this.socket.destroy();
  }

  private startNext(response: ServerResponse, start: () => void): void {
    if (isConnectionClosed(this.socket)) return;
    this.length--;
    queuedTotal--;
    if (this.length === 0) {
      this.last = undefined;
      addPendingBytes(response, -PAUSE_READING_BYTES);
    }
    start();
  }
}

function queueOf(socket: Socket): PipelineQueue {
  const queue = queues.get(socket) ?? new PipelineQueue(socket);
  queues.set(socket, queue);
  return queue;
}
