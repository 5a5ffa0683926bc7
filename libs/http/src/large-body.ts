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
 * A body as it is sent: a text, or, for one that came in parts, a stream, so that bytes exist only of the pieces that the
 * client is ready for. Anything else is no text of ours and stays what it is.
 */
export function sendable(body: unknown): unknown {
  if (typeof body === 'string') return body.length < PIECE ? body : inPieces([body]);
  return Array.isArray(body) ? inPieces(body) : body;
}

function inPieces(parts: readonly (string | Buffer)[]): LargeBody {
  let length = 0;
  for (const part of parts) length += Buffer.byteLength(part);
  return new LargeBody(parts, length);
}

/** The parts, long texts cut. */
function* pieces(parts: readonly (string | Buffer)[]): Generator<Buffer> {
  for (const part of parts) {
    if (typeof part === 'string') yield* cut(part);
    else yield part;
  }
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
