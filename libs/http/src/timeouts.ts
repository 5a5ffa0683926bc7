import { Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problem } from '@session-service/contract';
import { Deadline, MAX_TIMER_MS } from '@session-service/database';
import type { FastifyInstance, FastifyReply } from 'fastify';

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

/** Bytes a second that a client must send or take while others need what it holds: a mean over WINDOW_S seconds. */
const MIN_BYTES_PER_SECOND = 65_536;
const WINDOW_S = 10;

/** A large body or response on its way. */
export interface Transfer {
  /** Bytes so far. */
  transferredBytes(): number;
  /** True while it waits for its client, not for this service or for PostgreSQL. */
  isWaitingForClient(): boolean;
  /** Ends it, so that what it holds is free again. */
  abort(): void;
}

/**
 * Bytes that the kernel has taken. `bytesWritten` counts pieces of half a megabyte when they are handed over, and so says nothing
 * of a client's pace.
 */
export function sentBytes(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly writeQueueSize?: number } | null };
  return socket.bytesWritten - (handle?.writeQueueSize ?? 0);
}

interface TransferHistory {
  /** Bytes at the last look. */
  transferredBytes: number;
  /** Bytes of the last seconds in which it waited for its client. */
  readonly bytesPerSecond: number[];
}

/**
 * Cuts clients that are too slow, but only while memory or connections are short: whoever reads slowly harms nobody else.
 */
export class SlowClients {
  private readonly transfers = new Map<Transfer, TransferHistory>();
  private timer: NodeJS.Timeout | undefined;

  /** @param isUnderPressure whether others wait for what transfers hold, or were refused in the last second */
  constructor(private readonly isUnderPressure: () => boolean) {}

  /** Looks at a transfer once a second, until the returned function is called. */
  watch(transfer: Transfer): () => void {
    this.transfers.set(transfer, { transferredBytes: transfer.transferredBytes(), bytesPerSecond: [] });
    this.timer ??= setInterval(this.checkTransfers, 1_000).unref();
    return () => {
      this.transfers.delete(transfer);
      if (this.transfers.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private readonly checkTransfers = (): void => {
    const isShort = this.isUnderPressure();
    for (const [transfer, watched] of [...this.transfers]) {
      const moved = transfer.transferredBytes();
      const { bytesPerSecond: seconds } = watched;
      if (transfer.isWaitingForClient()) seconds.push(moved - watched.transferredBytes);
      watched.transferredBytes = moved;
      if (seconds.length > WINDOW_S) seconds.shift();
      const isSlow = seconds.length === WINDOW_S && sum(seconds) < WINDOW_S * MIN_BYTES_PER_SECOND;
      if (isSlow && isShort) transfer.abort();
    }
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
