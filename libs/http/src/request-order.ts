import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** With so many requests that wait, a connection is not read any further. */
const ENOUGH = 16;

/**
 * So many requests may wait on all connections together. One read from a connection can bring a few thousand; beyond this
 * number, of some kilobytes each, the connection that brings more of them is cut.
 */
const MOST = 10_000;

let waitingOnAll = 0;

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
  return lines.get(socket)?.isEmpty === false;
}

/** The answer that a connection is busy with. */
export function answerUnderWay(socket: object): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/**
 * Whether a request, or the end of its body, comes after its connection was refused, as one may that was on the wire at
 * that moment: its client was told that nothing is done any more.
 */
export function isTooLate({ socket }: IncomingMessage): boolean {
  return socket.writableEnded;
}

interface Waiting {
  readonly answer: ServerResponse;
  readonly begin: () => void;
}

/** The requests of one connection that wait for their turn. */
class RequestLine {
  private readonly waiting: Waiting[] = [];
  /** The answer before the first of them. */
  private ahead: ServerResponse | undefined;

  constructor(private readonly socket: Socket) {}

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  join(answer: ServerResponse, begin: () => void): void {
    waitingOnAll++;
    this.waiting.push({ answer, begin });
    if (waitingOnAll > MOST) this.socket.destroy();
    if (hasEnded(this.socket)) this.leave();
    else if (this.waiting.length > ENOUGH) pauseReading(this.socket);
    if (this.ahead === undefined || this.ahead.closed) this.watch(answerUnderWay(this.socket));
  }

  private watch(answer: ServerResponse | undefined): void {
    this.ahead = answer;
    answer?.once('close', this.next);
  }

  private readonly next = (): void => {
    if (hasEnded(this.socket)) {
      this.leave();
      return;
    }
    const first = this.waiting.shift();
    if (first === undefined) return;
    waitingOnAll--;
    this.watch(first.answer);
    if (this.waiting.length === ENOUGH) goOnReading(first.answer);
    first.begin();
  };

  /** Node says nothing of the end of answers that never had the connection. */
  private leave(): void {
    waitingOnAll -= this.waiting.length;
    for (const { answer } of this.waiting.splice(0)) answer.emit('close');
  }
}

function lineOf(socket: Socket): RequestLine {
  const line = lines.get(socket) ?? new RequestLine(socket);
  lines.set(socket, line);
  return line;
}

function hasEnded(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
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
