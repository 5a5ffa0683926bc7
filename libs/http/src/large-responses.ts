import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { HttpStatus, Logger } from '@nestjs/common';
import { ChangeResultUnavailable, MemoryBudgetFull } from '@session-service/database';
import { type BodyParts, encodedChunks, SMALL_BODY_LENGTH, type StreamedBody } from '@session-service/json';
import type { FastifyReply } from 'fastify';
import { type SlowClients, sentBytes, type Transfer } from './timeouts.js';

/** A body that is sent piece by piece, so that bytes exist only of those that the client is ready for. */
export class ResponseStream {
  readonly stream: Readable;

  /**
   * @param pieces made when they are needed
   * @param bytes length of all; undefined where it is not known: then the body is chunked
   * @param close ends the making of pieces that nobody will read
   */
  constructor(
    pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
    readonly bytes?: number,
    readonly close: () => void = () => undefined,
  ) {
    // One piece in advance, not 16 as is the default of a stream of objects.
    this.stream = Readable.from(pieces, { highWaterMark: 1 });
  }
}

/** A body as it is sent: a short string or a ResponseStream. Anything else stays what it is. */
export function toSendableBody(body: unknown): unknown {
  if (typeof body === 'string') {
    return body.length < SMALL_BODY_LENGTH ? body : new ResponseStream(encodedChunks([body]), Buffer.byteLength(body));
  }
  if (isParts(body)) return new ResponseStream(encodedChunks(body.parts), body.bytes);
  return isFlow(body) ? new ResponseStream(body.chunks, undefined, body.close) : body;
}

function isParts(body: unknown): body is BodyParts {
  return typeof body === 'object' && body !== null && 'parts' in body;
}

function isFlow(body: unknown): body is StreamedBody {
  return typeof body === 'object' && body !== null && 'chunks' in body;
}

const logger = new Logger('Http');

/** Counts each response in the memory budget until the kernel has taken all of it, and watches large ones. */
export class ResponseLimiter {
  constructor(private readonly slowClients: SlowClients) {}

  /**
   * False where the client has gone or was told 504: then nothing is to be sent.
   *
   * @param body a text or a LargeBody
   * @throws MemoryBudgetFull, or ChangeNotShown for a request that has changed something
   */
  prepare(reply: FastifyReply, body: unknown, status = HttpStatus.OK): boolean {
    const { raw } = reply;
    const large = body instanceof ResponseStream ? body : undefined;
    markWorkEnded(reply);
    if (raw.closed || raw.writableEnded) {
      large?.stream.destroy();
      large?.close();
      return false;
    }
    const bytes = large === undefined ? lengthOf(body) : large.bytes;
    // Of one whose length is not known, what it holds already is all that it needs.
    if (bytes !== undefined) reserveResponse(reply, bytes, status);
    if (large !== undefined) this.watch(raw, large);
    return true;
  }

  private watch(raw: ServerResponse, body: ResponseStream): void {
    const unwatch = this.slowClients.watch(new ResponseTransfer(raw));
    raw.once('close', () => {
      unwatch();
      body.close();
    });
    body.stream.once('error', (error) => {
      if (!raw.headersSent) return;
      logger.warn(`A response was cut: ${error.message}`);
      // Fastify would end the connection as if the response were whole, which a client of HTTP/1.0 must believe.
      raw.socket?.resetAndDestroy();
    });
  }
}

/** The work for a request holds memory until it has ended, also when its client has gone or was told 504 meanwhile. */
export function markWorkEnded({ raw, request }: FastifyReply): void {
  request.hasReplied = true;
  if (raw.closed) request.memory.release();
}

function lengthOf(body: unknown): number {
  return typeof body === 'string' ? body.length : 0;
}

function reserveResponse({ request }: FastifyReply, bytes: number, status: number): void {
  try {
    request.memory.holdResponse(bytes);
  } catch (error) {
    // A refusal has changed nothing, however long it is.
    const isChange = error instanceof MemoryBudgetFull && request.method !== 'GET' && status < HttpStatus.BAD_REQUEST;
    throw isChange ? new ChangeResultUnavailable(error) : error;
  }
}

class ResponseTransfer implements Transfer {
  constructor(private readonly raw: ServerResponse) {}

  transferredBytes(): number {
    return this.raw.socket === null ? 0 : sentBytes(this.raw.socket);
  }

  isWaitingForClient(): boolean {
    return (this.raw.socket?.writableLength ?? 0) > 0;
  }

  abort(): void {
    // A reset also frees what the kernel would keep for a client who comes for it.
    this.raw.socket?.resetAndDestroy();
  }
}
