import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

/** Length of a piece, in characters. */
const PIECE = 131_072;

/** A large body and its length in bytes. */
export class LargeBody extends StreamableFile {
  constructor(
    parts: readonly (string | Buffer)[],
    readonly length: number,
  ) {
    super(Readable.from(pieces(parts)), { length });
  }
}

/**
 * A body as it is sent: a text, or, for a large one, a stream, so that bytes exist only of the pieces that the client is
 * ready for. Anything else is no text of ours and stays what it is.
 */
export function sendable(body: unknown): unknown {
  if (typeof body === 'string') return body.length < PIECE ? body : inPieces([body]);
  return Array.isArray(body) ? joined(body) : body;
}

/** A text that came in parts because it may be large. */
function joined(parts: readonly (string | Buffer)[]): string | LargeBody {
  let length = 0;
  for (const part of parts) length += part.length;
  return length < PIECE ? parts.join('') : inPieces(parts);
}

function inPieces(parts: readonly (string | Buffer)[]): LargeBody {
  let length = 0;
  for (const part of parts) length += Buffer.byteLength(part);
  return new LargeBody(parts, length);
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
