import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { HttpStatus, Logger } from '@nestjs/common';
import { ChangeResultUnavailable, MemoryBudgetFull } from '@session-service/database';
import { type BodyParts, encodedChunks, SMALL_BODY_LENGTH, type StreamedBody } from '@session-service/json';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sentBytes } from './node-internals.js';
import type { SlowClients, Transfer } from './timeouts.js';

/** A body that is sent in chunks. Each chunk is encoded only when the client is ready to receive it. */
export class ResponseStream {
  readonly stream: Readable;

  /**
   * @param bytes total length; if undefined, the response uses chunked encoding
   * @param close releases the source of the chunks when no more are needed
   */
  constructor(
    chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
    readonly bytes?: number,
    readonly close: () => void = () => undefined,
  ) {
    // Reads one chunk ahead. The default of an object stream is 16 chunks.
    this.stream = Readable.from(chunks, { highWaterMark: 1 });
  }
}

/** Turns large and streamed bodies into a ResponseStream. Returns short strings and other values unchanged. */
export function toSendableBody(body: unknown): unknown {
  if (typeof body === 'string') {
    return body.length < SMALL_BODY_LENGTH ? body : new ResponseStream(encodedChunks([body]), Buffer.byteLength(body));
  }
  if (isParts(body)) return new ResponseStream(encodedChunks(body.parts), body.bytes);
  return isStreamed(body) ? new ResponseStream(body.chunks, undefined, body.close) : body;
}

/** Releases a body that will not be sent: a StreamedBody holds a database connection. */
export function discardBody(body: unknown): void {
  if (isStreamed(body)) body.close();
}

function isParts(body: unknown): body is BodyParts {
  return typeof body === 'object' && body !== null && 'parts' in body;
}

function isStreamed(body: unknown): body is StreamedBody {
  return typeof body === 'object' && body !== null && 'chunks' in body;
}

/**
 * Marks the controller's work as ended. The memory of a request is released when both its work and its response have
 * ended: here if the response has ended first, else in `openRequest`.
 */
export function endWork({ raw, request }: FastifyReply): void {
  request.work = 'ended';
  if (raw.closed) request.memory.release();
}

const logger = new Logger('Http');

/** Counts responses in the memory budget until the kernel has accepted them. Aborts large ones to slow clients. */
export class ResponseLimiter {
  constructor(private readonly slowClients: SlowClients) {}

  /**
   * Returns false if the client has disconnected, so that nothing must be sent.
   *
   * @param body a string or a ResponseStream
   * @throws MemoryBudgetFull if the response does not fit; ChangeResultUnavailable if it reports a change
   */
  prepare(reply: FastifyReply, body: unknown, status = HttpStatus.OK): boolean {
    const { raw, request } = reply;
    const large = body instanceof ResponseStream ? body : undefined;
    if (raw.closed || raw.writableEnded) {
      large?.stream.destroy();
      large?.close();
      return false;
    }
    const bytes = large === undefined ? lengthOf(body) : large.bytes;
    // A streamed body has already reserved its memory. A 504 must not replace the reservation of a handler that still
    // runs.
    if (bytes !== undefined && request.work !== 'running') reserveResponse(request, bytes, status);
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
      logger.warn(`Response aborted: ${error.message}`);
      // Fastify would close the connection, which tells an HTTP/1.0 client that the response is complete.
      raw.socket?.resetAndDestroy();
    });
  }
}

function lengthOf(body: unknown): number {
  return typeof body === 'string' ? body.length : 0;
}

function reserveResponse(request: FastifyRequest, bytes: number, status: number): void {
  try {
    request.memory.holdResponse(bytes);
  } catch (error) {
    // A request that gets an error response has changed nothing.
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
    // Unlike a FIN, a reset also frees the kernel's send buffer.
    this.raw.socket?.resetAndDestroy();
  }
}
