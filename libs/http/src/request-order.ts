import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The latest request of a connection that had to wait for its turn. */
const lastInLine = new WeakMap<Socket, ServerResponse>();

/**
 * Does the requests of one connection one after the other. HTTP lets a client send the next before it has the answer to the
 * one before, and Node would begin them all: a read would not see the write before it, and a single client could have
 * hundreds of answers made that wait in memory for their turn.
 */
export function keepOrder(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // Node gives an answer the connection when it is its turn.
    if (reply.raw.socket !== null) {
      done();
      return;
    }
    const { socket } = request.raw;
    const before = lastInLine.get(socket);
    const ahead = before === undefined || before.closed ? answerUnderWay(socket) : before;
    lastInLine.set(socket, reply.raw);
    // A connection that ends meanwhile takes its requests with it: nobody could be told what became of them.
    ahead?.once('close', () => {
      if (!socket.destroyed) done();
    });
  });
}

/** Whether another request waits for this answer on the same connection. */
export function isFollowed(answer: ServerResponse): boolean {
  const last = lastInLine.get(answer.req.socket);
  return last !== undefined && last !== answer && !last.closed;
}

/** The answer that a connection is busy with. */
export function answerUnderWay(socket: object): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}
