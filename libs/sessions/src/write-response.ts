import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { InvalidFields, type OnInvalidField } from '@session-service/contract';
import { MAX_BUFFERED_BYTES } from '@session-service/database';
import {
  CHUNK_LENGTH,
  cooperative,
  encodedChunks,
  type JsonBody,
  JsonWriter,
  runSteps,
  type Steps,
  type StreamedBody,
} from '@session-service/json';

/** A JSON body: complete, or streamed while it is written. */
export type ResponseBody = JsonBody | StreamedBody;

/** True for a response that was written before it is sent. */
export function isWhole(body: ResponseBody): body is JsonBody {
  return typeof body === 'string' || !('chunks' in body);
}

/** Maximum length in characters of a response that is sent as a whole. */
const MAX_WHOLE_LENGTH = MAX_BUFFERED_BYTES;

const logger = new Logger('Responses');

/**
 * Runs `write` in time slices. A small response is returned as a whole, a larger one as a stream. Stored values that do
 * not fit the type of their field are printed as null and reported in one log line.
 *
 * @param subject names the response in the log line
 * @param source the rows that `write` reads; closed when the response is complete or has failed
 */
export async function writeResponse(
  subject: string,
  source: { close(): void },
  write: (writer: JsonWriter, onInvalid: OnInvalidField) => Steps<void>,
): Promise<ResponseBody> {
  const response = new WrittenResponse(subject, source, write);
  if (await response.writeUntil(MAX_WHOLE_LENGTH)) return response.whole();
  return { chunks: response.stream(), close: () => source.close() };
}

class WrittenResponse {
  private readonly writer = new JsonWriter();
  private readonly invalid = new InvalidFields();
  private readonly steps: Steps<void>;

  constructor(
    private readonly subject: string,
    private readonly source: { close(): void },
    write: (writer: JsonWriter, onInvalid: OnInvalidField) => Steps<void>,
  ) {
    this.steps = write(this.writer, this.invalid.add);
  }

  /** Writes until the buffer is longer than `length` characters; resolves to true at the end of the response. */
  async writeUntil(length: number): Promise<boolean> {
    const { writer } = this;
    try {
      const step = await runSteps(
        this.steps,
        () => writer.length > length,
        () => writer.encode(),
      );
      if (step.done) this.end();
      return step.done === true;
    } catch (error) {
      this.source.close();
      throw error;
    }
  }

  whole(): JsonBody | Promise<JsonBody> {
    return cooperative(this.writer.done());
  }

  async *stream(): AsyncGenerator<Buffer> {
    for (let isWritten = false; ; isWritten = await this.writeUntil(CHUNK_LENGTH)) {
      yield* encodedChunks(this.writer.take());
      if (isWritten) return;
      // A client that reads fast takes each chunk without an iteration of the event loop.
      await setImmediate();
    }
  }

  private end(): void {
    this.source.close();
    logInvalidFields(this.subject, this.invalid);
  }
}

/** Logs one line for the invalid fields of a response, if there are any. */
export function logInvalidFields(subject: string, { summary }: InvalidFields): void {
  if (summary !== undefined) logger.warn(`${subject}: ${summary}`);
}
