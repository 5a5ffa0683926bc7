import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

/** Length of a piece, in characters. */
const PIECE = 262_144;

/** The body as it is, or, when it is large, as a stream: bytes exist only of the pieces that the client is ready for. */
export function inPieces(body: unknown): unknown {
  if (typeof body !== 'string' || body.length <= PIECE) return body;
  return new StreamableFile(Readable.from(pieces(body)), { length: Buffer.byteLength(body) });
}

function* pieces(text: string): Generator<Buffer> {
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
