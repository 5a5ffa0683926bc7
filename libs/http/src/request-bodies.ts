import type { IncomingMessage } from 'node:http';
import { bodyTooLarge, problem } from '@session-service/contract';
import type { Reservation } from '@session-service/database';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendContinue } from './client-errors.js';
import { isConnectionClosed } from './pipelining.js';
import type { SlowClients, Transfer } from './timeouts.js';

/** A complete body is in memory twice: as bytes, and as text or as parameters of a statement. */
const COPIES = 2;

/** Receives the complete body, or the error that rejects the request. */
type BodyCallback = (error: Error | null, body?: Buffer) => void;

/** Reads bodies of every content type as bytes, and counts them in the memory budget while they arrive. */
export function readBodiesAsBytes(fastify: FastifyInstance, limitBytes: number, slowClients: SlowClients): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', ({ headers, memory }, payload, done: BodyCallback) => {
    // Without a valid Content-Length the limit applies to the bytes that arrive.
    const declared = Number(headers['content-length'] ?? Number.NaN);
    if (declared > limitBytes) {
      done(bodyTooLarge());
      return;
    }
    sendContinue(payload);
    new IncomingBody(payload, declared || limitBytes, memory, slowClients, done);
  });
}

/**
 * Fastify rejects content types without a parser, and QUERY requests without a content type, but AgentOS responds
 * differently to both. Fastify therefore sees a neutral type, and `request.contentType` keeps the received type.
 */
export function preserveContentType(request: FastifyRequest): void {
  const { headers, method } = request.raw;
  if (headers['content-type'] === undefined && method !== 'QUERY') return;
  request.contentType = headers['content-type'];
  headers['content-type'] = 'application/octet-stream';
}

/**
 * A body that is being received. Each chunk is copied into one buffer on arrival: a client can send chunks of one byte,
 * and every stored chunk would cost about a hundred bytes.
 */
class IncomingBody implements Transfer {
  private bytes: Buffer = EMPTY;
  private length = 0;
  private isFinished = false;
  private unwatch: (() => void) | undefined;

  /** @param maxBytes the body's length if it is known, else the limit */
  constructor(
    private readonly payload: IncomingMessage,
    private readonly maxBytes: number,
    private readonly memory: Reservation,
    private readonly slowClients: SlowClients,
    private readonly done: BodyCallback,
  ) {
    payload.on('data', this.onData).on('end', this.onEnd).on('error', this.onError);
  }

  transferredBytes(): number {
    return this.length;
  }

  isWaitingForClient(): boolean {
    return true;
  }

  abort(): void {
    this.reject(problem(408, 'The request body arrives too slowly'));
  }

  private readonly reject = (error: Error): void => {
    this.finish();
    this.memory.hold(0, 'body');
    this.done(error);
  };

  private readonly onData = (chunk: Buffer): void => {
    const length = this.length + chunk.length;
    if (length > this.maxBytes) {
      this.reject(bodyTooLarge());
      return;
    }
    if (this.length === 0) this.bytes = chunk;
    else {
      if (length > this.bytes.length) this.grow(length);
      chunk.copy(this.bytes, this.length);
    }
    this.length = length;
    // Watches bodies from the second chunk on, because a body that arrives in one chunk is not slow.
    if (length > chunk.length) this.unwatch ??= this.slowClients.watch(this);
    this.hold(this.bytes.length);
  };

  /** Doubles the buffer, so that each byte is copied about twice, regardless of the chunk size. */
  private grow(minBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(minBytes, Math.min(this.maxBytes, 2 * this.bytes.length)));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  private hold(bytes: number): void {
    try {
      this.memory.hold(bytes, 'body');
    } catch (error) {
      this.reject(error as Error);
    }
  }

  private readonly onEnd = (): void => {
    const body = this.bytes.subarray(0, this.length);
    if (isConnectionClosed(this.payload.socket)) {
      // The client has received 408 before its body was complete. No handler runs for the request, so its memory is
      // released here.
      this.finish();
      this.memory.release();
      return;
    }
    this.hold(COPIES * this.length);
    if (this.isFinished) return;
    this.finish();
    this.done(null, body);
  };

  /** Called when the client has disconnected. */
  private readonly onError = (): void => this.reject(problem(400, 'The request body is not complete'));

  /** Frees the buffer and discards all further input. */
  private finish(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.payload.off('data', this.onData).off('end', this.onEnd).off('error', this.onError);
    this.payload.on('error', () => undefined).resume();
    this.unwatch?.();
    this.bytes = EMPTY;
  }
}

const EMPTY = Buffer.alloc(0);
