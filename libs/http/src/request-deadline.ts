import { Server, type ServerResponse } from 'node:http';
import { problem } from '@agno/contract';
import { Deadline } from '@agno/database';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Refuses a request that does not come to an end, so that nobody keeps a connection by sending a byte now and then. Node
 * takes the shorter of its two times for the head alone, whichever it is: both must be set.
 */
export function limitArrival({ server }: FastifyInstance, timeoutMs: number): void {
  if (server instanceof Server) Object.assign(server, { headersTimeout: timeoutMs, requestTimeout: timeoutMs });
}

/**
 * Gives every request with a route its deadline, from the moment its body is complete. When it passes, the client gets
 * 504 at once and the statements that still run for it are cancelled in PostgreSQL. So are those of a read whose client
 * has gone; a write runs to its end, since its client can no longer be told what became of it. An answer that is under way
 * by then must get on, too.
 */
export function setDeadlines(fastify: FastifyInstance, timeoutMs: number): void {
  fastify.addHook('preHandler', (request, reply, done) => {
    const deadline = new Deadline();
    let timer = setTimeout(() => {
      answerTimeout(reply, timeoutMs);
      deadline.pass();
      timer = expectProgress(reply.raw, timeoutMs);
    }, timeoutMs);
    request.deadline = deadline;
    reply.raw.once('close', () => {
      clearTimeout(timer);
      if (isAbandonedRead(request, reply)) deadline.pass();
    });
    done();
  });
}

function answerTimeout(reply: FastifyReply, timeoutMs: number): void {
  // Of an answer that is sent piece by piece, Fastify says that it was sent only when all of it was.
  if (reply.raw.headersSent) return;
  const { status, body } = problem(504, `The request took longer than ${timeoutMs} ms`);
  reply.code(status).send(body);
}

/** So much of an answer a client must read in the time in which it must have sent its request. In bytes. */
const LEAST_PROGRESS = 1_048_576;

/** Cuts the connection of a client that does not read its answer, or so slowly that nobody could mean it. */
function expectProgress({ req: { socket } }: ServerResponse, timeoutMs: number): NodeJS.Timeout {
  let written = socket.bytesWritten;
  return setInterval(() => {
    // A reset also frees what the kernel would keep for a client who comes for it.
    if (socket.bytesWritten - written < LEAST_PROGRESS) socket.resetAndDestroy();
    written = socket.bytesWritten;
  }, timeoutMs);
}

function isAbandonedRead({ method }: FastifyRequest, { raw }: FastifyReply): boolean {
  return method === 'GET' && !raw.writableFinished;
}
