import { Readable } from 'node:stream';
import { type BodyParts, encodedChunks, SMALL_BODY_LENGTH, type StreamedBody } from '@agno/json';

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
