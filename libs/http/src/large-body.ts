import { Readable } from 'node:stream';
import type { BodyParts } from '@agno/json';
import { StreamableFile } from '@nestjs/common';

/** Length of a piece, in characters. */
const PIECE = 131_072;

/** A large body on its way, and its length in bytes. */
export class LargeBody extends StreamableFile {
  readonly length: number;

  constructor({ parts, bytes }: BodyParts) {
    super(Readable.from(pieces(parts)), { length: bytes });
    this.length = bytes;
  }
}

/**
 * A body as it is sent: a text, or, for a large one, a stream, so that bytes exist only of the pieces that the client is
 * ready for. Anything else is no text of ours and stays what it is.
 */
export function sendable(body: unknown): unknown {
  if (typeof body === 'string')
    return body.length < PIECE ? body : new LargeBody({ parts: [body], bytes: Buffer.byteLength(body) });
  return isParts(body) ? new LargeBody(body) : body;
}

function isParts(body: unknown): body is BodyParts {
  return typeof body === 'object' && body !== null && 'parts' in body;
}

/** Small texts together, large ones cut. */
function* pieces(parts: readonly (string | Buffer)[]): Generator<Buffer> {
  let waiting = '';
  for (const part of parts) {
    const isText = typeof part === 'string';
    if (isText && waiting.length + part.length <= PIECE) {
      waiting += part;
      continue;
    }
    if (waiting !== '') yield Buffer.from(waiting);
    waiting = '';
    if (isText) yield* cut(part);
    else yield part;
  }
  if (waiting !== '') yield Buffer.from(waiting);
}

function* cut(text: string): Generator<Buffer> {
  let start = 0;
  while (start < text.length) {
    let end = start + PIECE;
    // The two halves of a character must be encoded together.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end++;
    yield Buffer.from(text.slice(start, end));
    start = end;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
