import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { HttpStatus, Logger } from '@nestjs/common';
import { ChangeResultUnavailable, MemoryBudgetFull } from '@session-service/database';
import { type BodyParts, encodedChunks, SMALL_BODY_LENGTH, type StreamedBody } from '@session-service/json';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sentBytes } from './node-internals.js';
import type { SlowClients, Transfer } from './timeouts.js';

/** A body that is sent in chunks, which are encoded only when the client is ready for them. */
export class ResponseStream {
  readonly stream: Readable;

  /**
   * @param bytes total length; undefined: unknown, and the response uses chunked encoding
   * @param close releases the source of the chunks when no more are needed
   */
  constructor(
    chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
    readonly bytes?: number,
    readonly close: () => void = () => undefined,
  ) {
    // One chunk in advance. The default of an object stream is 16.
    this.stream = Readable.from(chunks, { highWaterMark: 1 });
  }
}

/** Returns the body as it is sent: a short string, or a ResponseStream. Values of other types are unchanged. */
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
 * Marks the controller's work as ended. A request gives its memory back when both its work and its response have ended:
 * here, or in `openRequest` if the response ends last.
 */
export function endWork({ raw, request }: FastifyReply): void {
  request.work = 'ended';
  if (raw.closed) request.memory.release();
}

const logger = new Logger('Http');

/** Counts each response in the memory budget until the kernel has accepted it, and watches the pace of large ones. */
export class ResponseLimiter {
  constructor(private readonly slowClients: SlowClients) {}

  /**
   * Returns false if the client has disconnected: nothing is to be sent then.
   *
   * @param body a string or a ResponseStream
   * @throws MemoryBudgetFull; ChangeResultUnavailable if the request has changed something
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
    // A body of unknown length holds all the memory that it needs. During the work (504), its memory is not replaced.
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
      // Fastify would end the connection, which tells an HTTP/1.0 client that the response is complete.
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
    // An error response has changed nothing, even a long one.
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
