import { asRaw, isPresent, type JsonWriter, objectsIn, type RawJson, type Steps } from '@agno/json';
import { isShownInChat, laxInteger, MESSAGE_MEMBERS, type Place, placeOf, writeMessage } from '../message/index.js';
import type { StoredSession } from '../session/stored-session.js';
import { runOf } from './run.js';
import type { Run, RunSource } from './stored-run.js';

/**
 * Writes the conversation as an array: the messages of every top-level run in order, whatever its status, without system
 * and tool messages and without those repeated from history.
 *
 * @param takesPart false for runs that are left out
 */
export function* writeChatHistory(
  writer: JsonWriter,
  runs: RunSource,
  takesPart: (run: Run) => boolean,
  session: Pick<StoredSession, 'session_id' | 'created_at'>,
): Steps<void> {
  writer.openArray();
  yield* runs.rewind();
  let position = 0;
  for (let raw = yield* runs.next(); raw !== undefined; raw = yield* runs.next()) {
    const run = runOf(raw);
    if (takesPart(run) && !isPresent(run.get('parent_run_id'))) {
      yield* writeMessages(writer, run, placeOf(session.session_id, run.get('run_id') ?? position), session.created_at);
    }
    position++;
    yield;
  }
  writer.closeArray();
}

/** @param sessionCreatedAt time of messages that have none, where their run has none either */
function* writeMessages(writer: JsonWriter, run: Run, place: Place, sessionCreatedAt: RawJson | null): Steps<void> {
  const createdAt = integerOf(run.get('created_at')) ?? integerOf(sessionCreatedAt) ?? asRaw('0');
  let position = 0;
  for (const message of objectsIn(run.get('messages'), MESSAGE_MEMBERS)) {
    if (message !== undefined && isShownInChat(message)) {
      yield* writeMessage(writer, message, `${place}/${position}`, createdAt);
    }
    position++;
    yield;
  }
}

function integerOf(raw: RawJson | null | undefined): RawJson | undefined {
  return isPresent(raw) ? laxInteger(raw) : undefined;
}
