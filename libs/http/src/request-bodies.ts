import type { IncomingMessage } from 'node:http';
import { bodyTooLarge, problem } from '@session-service/contract';
import type { Reservation } from '@session-service/database';
import type { FastifyInstance } from 'fastify';
import { isConnectionClosed } from './pipelining.js';
import type { SlowClients, Transfer } from './timeouts.js';

/** A body that has arrived is held once more as text, or in the parameters of a statement. */
const COPIES = 2;

/** Takes a body that is whole, or the error that the request is refused with. */
type BodyCallback = (error: Error | null, body?: Buffer) => void;

/** Reads bodies as bytes. What they take up counts in the memory budget while they arrive. */
export function readBodiesAsBytes(fastify: FastifyInstance, limitBytes: number, slowClients: SlowClients): void {
  fastify.addContentTypeParser('*', ({ headers, memory }, payload, done: BodyCallback) => {
    // What is not there, or no number, says nothing of the length: then it counts what arrives.
    const declared = Number(headers['content-length'] ?? Number.NaN);
    if (declared > limitBytes) done(bodyTooLarge());
    else new IncomingBody(payload, declared || limitBytes, memory, slowClients, done);
  });
}

/**
 * One body on its way. What has arrived is put together at once: a client can send it in pieces of a byte, each of which
 * would cost a hundred if it were kept.
 */
class IncomingBody implements Transfer {
  private bytes: Buffer = EMPTY;
  private length = 0;
  private isFinished = false;
  private unwatch: (() => void) | undefined;

  /** @param maxBytes its length where that is known, else the limit */
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
    // A body in one piece cannot be slow.
    if (length > chunk.length) this.unwatch ??= this.slowClients.watch(this);
    this.hold(this.bytes.length);
  };

  /** To twice the size, so that a body is copied no more than twice whatever pieces it comes in. */
  private grow(least: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(least, Math.min(this.maxBytes, 2 * this.bytes.length)));
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
      // Its client was told 408 meanwhile: nothing is done, so nothing else gives the memory back.
      this.finish();
      this.memory.release();
      return;
    }
    this.hold(COPIES * this.length);
    if (this.isFinished) return;
    this.finish();
    this.done(null, body);
  };

  /** Its client has gone. */
  private readonly onError = (): void => this.reject(problem(400, 'The request body is not complete'));

  /** Nothing of it is held from here on; what may still come is let pass. */
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
