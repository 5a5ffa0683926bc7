import { isPresent, type JsonWriter, NULL, objectsIn, type RawJson, type Steps } from '@agno/json';
import { isShownInChat, laxInteger, MESSAGE_MEMBERS, writeMessage } from '../message/index.js';
import { runOf } from './run.js';
import type { Run } from './stored-run.js';

/**
 * Writes the conversation as an array: the messages of every top-level run in order, whatever its status, without system
 * and tool messages and without those repeated from history.
 *
 * @param takesPart false for runs that are left out
 * @param createdAt time of the session, for messages of a run that have none, nor has the run
 */
export function* writeChatHistory(
  writer: JsonWriter,
  runs: readonly RawJson[],
  takesPart: (run: Run) => boolean,
  createdAt: RawJson | null,
): Steps<void> {
  writer.openArray();
  for (const raw of runs) {
    const run = runOf(raw);
    if (takesPart(run) && !isPresent(run.get('parent_run_id'))) yield* writeMessages(writer, run, createdAt);
    yield;
  }
  writer.closeArray();
}

function* writeMessages(writer: JsonWriter, run: Run, sessionCreatedAt: RawJson | null): Steps<void> {
  const createdAt = integerOf(run.get('created_at')) ?? integerOf(sessionCreatedAt) ?? ('0' as RawJson);
  const runId = run.get('run_id') ?? NULL;
  let position = 0;
  for (const message of objectsIn(run.get('messages'), MESSAGE_MEMBERS)) {
    if (message !== undefined && isShownInChat(message)) writeMessage(writer, message, { runId, position, createdAt });
    position++;
    yield;
  }
}

function integerOf(raw: RawJson | null | undefined): RawJson | undefined {
  return isPresent(raw) ? laxInteger(raw) : undefined;
}
