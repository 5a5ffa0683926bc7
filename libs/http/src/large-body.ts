import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

/** Length of a piece, in characters. */
const PIECE = 131_072;

/** A large body and its length in bytes. */
export class LargeBody extends StreamableFile {
  constructor(
    parts: readonly string[],
    readonly length: number,
  ) {
    super(Readable.from(pieces(parts)), { length });
  }
}

/**
 * A body as it is sent: a text, or, for one that came in parts because it is large, a stream, so that bytes exist only of
 * the pieces that the client is ready for. Anything else is no text of ours and stays what it is.
 */
export function sendable(body: unknown): unknown {
  if (!Array.isArray(body)) return body;
  const parts = body as readonly string[];
  let characters = 0;
  for (const part of parts) characters += part.length;
  if (characters < PIECE) return parts.join('');
  let length = 0;
  for (const part of parts) length += Buffer.byteLength(part);
  return new LargeBody(parts, length);
}

/** Small parts together, large ones cut. */
function* pieces(parts: readonly string[]): Generator<Buffer> {
  let waiting = '';
  for (const part of parts) {
    if (waiting.length + part.length > PIECE) {
      yield Buffer.from(waiting);
      waiting = '';
    }
    if (part.length > PIECE) yield* cut(part);
    else waiting += part;
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
