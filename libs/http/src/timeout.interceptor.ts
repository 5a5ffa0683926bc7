import type { ServerResponse } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { problem } from '@session-service/contract';
import { Deadline } from '@session-service/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { discardBody, endWork } from './large-responses.js';
import { sentBytes } from './node-internals.js';

/**
 * Starts the deadline of every request that reaches a controller and races the handler against it: 504 if the deadline
 * expires first. Uses one hand-written Observable, because each RxJS operator would slow down every request (ADR 4).
 */
@Injectable()
export class TimeoutInterceptor implements NestInterceptor {
  constructor(private readonly timeoutMs: number) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const [request, reply] = context.getArgs<[FastifyRequest, FastifyReply]>();
    request.work = 'running';
    return new Observable((subscriber) => {
      startDeadline(request, reply, this.timeoutMs, () => {
        subscriber.error(problem(504, `The request took longer than ${this.timeoutMs} ms`));
      });
      // Observes the handler to its end, even after a timeout: Nest would drop a late body without closing it, and the
      // request's memory must stay reserved while the handler runs.
      next.handle().subscribe({
        next: (body) => {
          if (subscriber.closed) discardBody(body);
          else subscriber.next(body);
        },
        error: (error) => {
          endWork(reply);
          subscriber.error(error);
        },
        complete: () => {
          endWork(reply);
          subscriber.complete();
        },
      });
    });
  }
}

/**
 * Sets `request.deadline` and starts its timer. When it expires, `onExpired` runs, the statements of the request are
 * cancelled in PostgreSQL, and a response that is already being sent must make progress or its connection is reset.
 * The timer stops with the response's `close`. If the client has disconnected, a read is cancelled at once, but a write
 * only after another `timeoutMs`, because its client cannot learn the outcome.
 */
export function startDeadline(
  request: FastifyRequest,
  { raw }: FastifyReply,
  timeoutMs: number,
  onExpired: () => void,
): void {
  const deadline = new Deadline();
  request.deadline = deadline;
  let timer = setTimeout(() => {
    // Responds before cancelling the statements; otherwise the cancellation error would become the response.
    onExpired();
    deadline.expire();
    timer = requireProgress(raw, timeoutMs);
  }, timeoutMs);
  const onClose = () => {
    clearTimeout(timer);
    if (raw.writableFinished || deadline.hasExpired) return;
    if (request.method === 'GET') deadline.expire();
    else expireLater(deadline, timeoutMs);
  };
  // The client may have disconnected during authentication.
  if (raw.closed) onClose();
  else raw.once('close', onClose);
}

/** A separate function, so that the timer's closure does not keep the request in memory. */
function expireLater(deadline: Deadline, timeoutMs: number): void {
  setTimeout(() => deadline.expire(), timeoutMs).unref();
}

/** Bytes of a response that a client must read in every `timeoutMs` after the deadline has expired. */
const MIN_PROGRESS_BYTES = 1_048_576;

/** Resets the connection of a client that reads less than MIN_PROGRESS_BYTES of its response per `timeoutMs`. */
function requireProgress({ req: { socket } }: ServerResponse, timeoutMs: number): NodeJS.Timeout {
  let previous = sentBytes(socket);
  return setInterval(() => {
    const sent = sentBytes(socket);
    // Unlike a FIN, a reset also frees the kernel's send buffer.
    if (sent - previous < MIN_PROGRESS_BYTES) socket.resetAndDestroy();
    previous = sent;
  }, timeoutMs);
}
