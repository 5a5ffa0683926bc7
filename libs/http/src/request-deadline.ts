import { Server, type ServerResponse } from 'node:http';
import { problem } from '@agno/contract';
import { Deadline, MAX_TIMER_MS } from '@agno/database';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sentBytes } from './slow-clients.js';

/**
 * Refuses a request that does not come to an end, so that nobody keeps a connection by sending a byte now and then. Node
 * takes the shorter of its two times for the head alone, whichever it is: both must be set. A connection with a request on
 * which nothing moves for twice as long, though every request is answered by its deadline, has a client who does not read.
 */
export function limitArrivalTime({ server }: FastifyInstance, timeoutMs: number): void {
  if (!(server instanceof Server)) return;
  Object.assign(server, {
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    timeout: Math.min(2 * timeoutMs, MAX_TIMER_MS),
  });
}

/**
 * Gives every request with a route its deadline, from the moment its body is complete. When it passes, the client gets
 * 504 at once and the statements that still run for it are cancelled in PostgreSQL. So are those of a read whose client
 * has gone; a write has as long again, since its client can no longer be told what became of it. An answer that is under
 * way by then must get on, too.
 */
export function setDeadlines(fastify: FastifyInstance, timeoutMs: number): void {
  fastify.addHook('preHandler', (request, reply, done) => {
    const { raw } = reply;
    const deadline = new Deadline();
    request.deadline = deadline;
    let timer = setTimeout(() => {
      respondTimedOut(reply, timeoutMs);
      deadline.expire();
      timer = requireProgress(raw, timeoutMs);
    }, timeoutMs);
    const onClose = () => {
      clearTimeout(timer);
      if (raw.writableFinished || deadline.hasExpired) return;
      if (request.method === 'GET') deadline.expire();
      else expireLater(deadline, timeoutMs);
    };
    // Who may ask was found out first, and its client may have left meanwhile.
    if (raw.closed) onClose();
    else raw.once('close', onClose);
    done();
  });
}

/** On its own, so that the timer holds nothing of the request. */
function expireLater(deadline: Deadline, timeoutMs: number): void {
  setTimeout(() => deadline.expire(), timeoutMs).unref();
}

function respondTimedOut(reply: FastifyReply, timeoutMs: number): void {
  // Of an answer that is sent piece by piece, Fastify says that it was sent only when all of it was.
  if (reply.raw.headersSent) return;
  const { status, body } = problem(504, `The request took longer than ${timeoutMs} ms`);
  reply.code(status).send(body);
}

/** So much of an answer a client must read in the time in which it must have sent its request. In bytes. */
const MIN_PROGRESS_BYTES = 1_048_576;

/** Cuts the connection of a client that does not read its answer, or so slowly that nobody could mean it. */
function requireProgress({ req: { socket } }: ServerResponse, timeoutMs: number): NodeJS.Timeout {
  let written = sentBytes(socket);
  return setInterval(() => {
    // A reset also frees what the kernel would keep for a client who comes for it.
    if (sentBytes(socket) - written < MIN_PROGRESS_BYTES) socket.resetAndDestroy();
    written = sentBytes(socket);
  }, timeoutMs);
}
