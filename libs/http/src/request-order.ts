import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** With more requests that wait, a connection is not read any further. */
const ENOUGH = 16;

/**
 * So many requests may wait on all connections together. A single read of a connection can bring a few thousand, of some
 * kilobytes each; beyond this number the connection on which most of them wait is cut.
 */
const MOST = 10_000;

let waitingOnAll = 0;
const waitingLines = new Set<RequestLine>();

const lines = new WeakMap<Socket, RequestLine>();

/**
 * Does the requests of one connection one after the other. HTTP lets a client send the next before it has the answer to the
 * one before, and Node would begin them all: a read would not see the write before it, and a single client could have
 * hundreds of answers made that wait in memory for their turn. A request whose connection has ended is not begun: its
 * client could no longer be told what became of it, and may send it elsewhere.
 */
export function keepOrder(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: request }, { raw: answer }, done) => {
    // Node gives an answer the connection when it is its turn.
    if (answer.socket !== null && !hasEnded(request.socket)) done();
    else lineOf(request.socket).join(answer, done);
  });
}

/** Whether another request waits for the answer under way on this connection. */
export function isFollowed(socket: Socket): boolean {
  return (lines.get(socket)?.length ?? 0) > 0;
}

/** The answer that a connection is busy with. */
export function answerUnderWay(socket: object): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/**
 * Whether nothing can be answered on a connection any more. What comes then, or comes to its end, was on the wire at that
 * moment: its client was told that it is not done, or cannot be told anything.
 */
export function hasEnded(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
}

interface Waiting {
  readonly answer: ServerResponse;
  readonly begin: () => void;
}

/** The requests of one connection that wait for their turn. */
class RequestLine {
  private readonly waiting: Waiting[] = [];

  constructor(private readonly socket: Socket) {
    // Node reads on whenever a part of an answer was sent.
    socket.on('drain', this.holdBack);
  }

  get length(): number {
    return this.waiting.length;
  }

  join(answer: ServerResponse, begin: () => void): void {
    this.waiting.push({ answer, begin });
    waitingLines.add(this);
    waitingOnAll++;
    if (waitingOnAll > MOST) longestLine().cut();
    if (hasEnded(this.socket)) this.leave();
    else if (this.waiting.length === 1) answerUnderWay(this.socket)?.once('close', this.next);
    else this.holdBack();
  }

  cut(): void {
    this.socket.destroy();
    this.leave();
  }

  private readonly next = (): void => {
    if (hasEnded(this.socket)) {
      this.leave();
      return;
    }
    const first = this.waiting.shift();
    if (first === undefined) return;
    waitingOnAll--;
    if (this.waiting.length > 0) first.answer.once('close', this.next);
    else waitingLines.delete(this);
    if (this.waiting.length === ENOUGH) goOnReading(first.answer);
    first.begin();
  };

  private readonly holdBack = (): void => {
    if (this.waiting.length > ENOUGH) pauseReading(this.socket);
  };

  /** All at once, whether or not Node has an end to tell of: of one that never had the connection it may say nothing. */
  private leave(): void {
    waitingOnAll -= this.waiting.length;
    waitingLines.delete(this);
    for (const { answer } of this.waiting.splice(0)) answer.emit('close');
  }
}

function lineOf(socket: Socket): RequestLine {
  const line = lines.get(socket) ?? new RequestLine(socket);
  lines.set(socket, line);
  return line;
}

function longestLine(): RequestLine {
  return [...waitingLines].reduce((longest, line) => (line.length > longest.length ? line : longest));
}

/** As Node does where answers wait for a client who does not read: otherwise the next body would have it read again. */
function pauseReading(socket: Socket): void {
  Object.assign(socket, { _paused: true });
  socket.pause();
}

/** Has Node look whether there is still a reason for its pause. */
function goOnReading(answer: ServerResponse): void {
  (answer as ServerResponse & { _onPendingData(more: number): void })._onPendingData(0);
}
