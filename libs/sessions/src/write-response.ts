import { InvalidFields, type OnInvalidField } from '@agno/contract';
import { type BodyText, cooperative, JsonWriter, type Steps } from '@agno/json';
import { Logger } from '@nestjs/common';

const logger = new Logger('Responses');

/**
 * The body that `write` writes, in turns with other requests. Stored values that do not fit are printed as null and go into
 * one line of the log, however many they are.
 *
 * @param subject what the response shows, for the log
 */
export async function writeResponse(
  subject: string,
  write: (writer: JsonWriter, onInvalid: OnInvalidField) => Steps<void>,
): Promise<BodyText> {
  const writer = new JsonWriter();
  const invalid = new InvalidFields();
  await cooperative(write(writer, invalid.add));
  const { summary } = invalid;
  if (summary !== undefined) logger.warn(`${subject}: ${summary}`);
  return cooperative(writer.done());
}
