import type { IncomingMessage } from 'node:http';
import { bodyTooLarge, problem } from '@agno/contract';
import type { FastifyInstance } from 'fastify';
import { hasEnded } from './request-order.js';
import { type Holder, Room } from './room.js';

/** So much of every body is free: as much as a head may be. Nobody has to make room for a small request. In bytes. */
const FREE = 16_384;

/** How many of the largest bodies may be on their way at the same time. */
const LARGEST_AT_ONCE = 8;

/** Takes a body that is whole, or the error that the request is refused with. */
type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Reads bodies as bytes, and bounds what those that are still on their way take up together, so that nobody fills the
 * memory by sending many large ones that never come to an end. Where there is no room left, the one that arrives most
 * slowly makes it: it is refused with 503.
 */
export function readBodies(fastify: FastifyInstance, limitBytes: number): void {
  const room = new Room(LARGEST_AT_ONCE * limitBytes);
  fastify.addContentTypeParser('*', ({ headers }, payload, done: Done) => {
    // What is not there, or no number, says nothing of the length: then it counts what arrives.
    const declared = Number(headers['content-length'] ?? Number.NaN);
    if (declared > limitBytes) done(bodyTooLarge());
    else new ArrivingBody(payload, declared || limitBytes, room, done);
  });
}

/**
 * One body on its way. What has arrived is put together at once: a client can send it in pieces of a byte, each of which
 * would cost a hundred if it were kept.
 */
class ArrivingBody implements Holder {
  private readonly since = performance.now();
  private bytes: Buffer = NOTHING;
  private length = 0;
  /** What it has of the room. */
  private taken = 0;
  private isOver = false;

  /** @param most its length where that is known, else the limit */
  constructor(
    private readonly payload: IncomingMessage,
    private readonly most: number,
    private readonly room: Room,
    private readonly done: Done,
  ) {
    payload.on('data', this.onData).on('end', this.onEnd).on('error', this.onError);
  }

  /** Bytes a millisecond since it began. */
  pace(): number {
    return this.length / (performance.now() - this.since + 1);
  }

  makeRoom(): void {
    this.refuse(problem(503, 'Too many request bodies are on their way'));
  }

  private readonly refuse = (error: Error): void => {
    this.finish();
    this.done(error);
  };

  private readonly onData = (chunk: Buffer): void => {
    const length = this.length + chunk.length;
    if (length > this.most) {
      this.refuse(bodyTooLarge());
      return;
    }
    if (this.length === 0) this.bytes = chunk;
    else {
      if (length > this.bytes.length) this.grow(length);
      chunk.copy(this.bytes, this.length);
    }
    this.length = length;
    const taken = Math.max(0, this.bytes.length - FREE);
    if (taken > this.taken) this.take(taken);
  };

  /** To twice the size, so that a body is copied no more than twice whatever pieces it comes in. */
  private grow(least: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(least, Math.min(this.most, 2 * this.bytes.length)));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  private take(bytes: number): void {
    const more = bytes - this.taken;
    this.taken = bytes;
    this.room.take(this, more);
  }

  private readonly onEnd = (): void => {
    const body = this.bytes.subarray(0, this.length);
    this.finish();
    if (!hasEnded(this.payload.socket)) this.done(null, body);
  };

  /** Its client has gone. */
  private readonly onError = (): void => this.refuse(problem(400, 'The request body is not complete'));

  /** Nothing of it is held from here on; what may still come is let pass. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.payload.off('data', this.onData).off('end', this.onEnd).off('error', this.onError);
    this.payload.on('error', () => undefined).resume();
    if (this.taken > 0) this.room.giveBack(this, this.taken);
    this.bytes = NOTHING;
  }
}

const NOTHING = Buffer.alloc(0);
