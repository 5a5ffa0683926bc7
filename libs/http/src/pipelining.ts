import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Bound on the requests that wait on all connections together, each of which takes some kilobytes. One read of a connection
 * can bring two thousand.
 */
const MAX_QUEUED_TOTAL = 10_000;
let queuedTotal = 0;

/** More bytes than Node lets responses that wait for their turn hold before it stops reading their connection. */
const PAUSE_READING_BYTES = 2 ** 30;

const queues = new WeakMap<Socket, PipelineQueue>();

/**
 * Runs the requests of one connection one after the other. Node runs pipelined requests at the same time and only sends
 * their responses in order: a read could miss the write before it, and one client could make the service hold hundreds of
 * responses. A request whose connection has ended is not begun: its client cannot be told the outcome, and may send it again.
 */
export function serializePipelined(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { socket } }, { raw: response }, done) => {
    if (isConnectionClosed(socket)) return;
    // Node assigns the connection to a response when it is its turn.
    if (response.socket !== null) done();
    else queueOf(socket).add(response, done);
  });
}

/** The response that a connection is busy with. */
export function currentResponse(socket: object): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/**
 * Whether nothing can be answered on a connection any more. What comes then, or comes to its end, was on the wire at that
 * moment: its client was told that it is not done, or cannot be told anything.
 */
export function isConnectionClosed(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
}

/** The requests of one connection that wait for their turn. */
class PipelineQueue {
  private length = 0;
  private last: ServerResponse | undefined;

  constructor(private readonly socket: Socket) {
    socket.once('close', () => {
      queuedTotal -= this.length;
    });
  }

  add(response: ServerResponse, begin: () => void): void {
    const previous = this.last ?? currentResponse(this.socket);
    previous?.once('close', () => this.start(response, begin));
    this.last = response;
    if (this.length === 0) addPendingBytes(response, PAUSE_READING_BYTES);
    this.length++;
    queuedTotal++;
    if (queuedTotal > MAX_QUEUED_TOTAL) this.socket.destroy();
  }

  private start(response: ServerResponse, begin: () => void): void {
    if (isConnectionClosed(this.socket)) return;
    this.length--;
    queuedTotal--;
    if (this.length === 0) {
      this.last = undefined;
      addPendingBytes(response, -PAUSE_READING_BYTES);
    }
    begin();
  }
}

function queueOf(socket: Socket): PipelineQueue {
  const queue = queues.get(socket) ?? new PipelineQueue(socket);
  queues.set(socket, queue);
  return queue;
}

/**
 * Adds to the bytes by which Node decides whether to read on: it pauses a connection while responses that wait for their
 * turn hold too many, and resumes it afterwards.
 * https://github.com/nodejs/node/blob/v24.x/lib/_http_server.js (`outgoingData`)
 */
function addPendingBytes(response: ServerResponse, bytes: number): void {
  (response as ServerResponse & { _onPendingData(bytes: number): void })._onPendingData(bytes);
}
