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

/** Responses up to this length, in characters, are sent as a whole. */
const MAX_WHOLE_LENGTH = MAX_BUFFERED_BYTES;

const logger = new Logger('Responses');

/**
 * The body that `write` writes, in time slices: buffered if it is small, else streamed while it is written. Stored values
 * that do not fit their field are printed as null and reported in one log line.
 *
 * @param subject describes the response in the log
 * @param source of the rows; closed when the response is written, or has failed
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

  whole(): Promise<JsonBody> {
    return cooperative(this.writer.done());
  }

  async *stream(): AsyncGenerator<Buffer> {
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
