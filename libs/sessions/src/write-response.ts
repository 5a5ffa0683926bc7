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

const logger = new Logger('Responses');

/** Source of a response's rows. Closed when the response is written. */
export interface ResponseSource {
  close(): void;
}

/** A response is sent whole while it is no longer, in characters. */
const MAX_WHOLE_LENGTH = MAX_BUFFERED_BYTES;

/**
 * The body that `write` writes, in turns with other requests: whole where it is small, else it is written on while it is sent.
 * Stored values that do not fit are printed as null and go into one line of the log, however many they are.
 *
 * @param subject what the response shows, for the log
 */
export async function writeResponse(
  subject: string,
  source: ResponseSource,
  write: (writer: JsonWriter, onInvalid: OnInvalidField) => Steps<void>,
): Promise<JsonBody | StreamedBody> {
  const response = new WrittenResponse(subject, source, write);
  if (await response.writeUntil(MAX_WHOLE_LENGTH)) return response.whole();
  return { chunks: response.flow(), close: () => source.close() };
}

class WrittenResponse {
  private readonly writer = new JsonWriter();
  private readonly invalid = new InvalidFields();
  private readonly steps: Steps<void>;

  constructor(
    private readonly subject: string,
    private readonly source: ResponseSource,
    write: (writer: JsonWriter, onInvalid: OnInvalidField) => Steps<void>,
  ) {
    this.steps = write(this.writer, this.invalid.add);
  }

  /** Writes until more than so many characters are there; true at the end. */
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

  whole(): Promise<JsonBody> {
    return cooperative(this.writer.done());
  }

  async *flow(): AsyncGenerator<Buffer> {
    for (let isWritten = false; ; isWritten = await this.writeUntil(CHUNK_LENGTH)) {
      yield* encodedChunks(this.writer.take());
      if (isWritten) return;
    }
  }

  private end(): void {
    this.source.close();
    const { summary } = this.invalid;
    if (summary !== undefined) logger.warn(`${this.subject}: ${summary}`);
  }
}
