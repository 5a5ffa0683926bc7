import { asRaw, isPresent, type JsonWriter, objectsIn, type RawJson, type Steps } from '@session-service/json';
import { laxInteger } from '../coercion.js';
import { isShownInChat, MESSAGE_MEMBERS, writeMessage } from '../messages/chat-message.js';
import { ItemPath } from '../messages/derived-id.js';
import type { Run, RunSource, StoredSession } from '../stored-session.js';

/**
 * Writes the conversation as an array: the messages of every top-level run in order, whatever its status, without system
 * and tool messages and without those repeated from history. A message without a time has that of its run, else of its session.
 *
 * @param takesPart false for runs that are left out
 */
export function* writeChatHistory(
  writer: JsonWriter,
  runs: RunSource,
  takesPart: (run: Run) => boolean,
  session: Pick<StoredSession, 'session_id' | 'created_at'>,
): Steps<void> {
  yield* runs.rewind();
  writer.openArray();
  let index = 0;
  for (let run = yield* runs.next(); run !== undefined; run = yield* runs.next()) {
    yield;
    const runIndex = index++;
    if (!takesPart(run) || isPresent(run.get('parent_run_id'))) continue;
    const place = ItemPath.ofRun(session.session_id, run.get('run_id') ?? runIndex);
    const createdAt = integerOf(run.get('created_at')) ?? integerOf(session.created_at) ?? asRaw('0');
    const messages = run.get('messages');
    const isLong = (messages?.length ?? 0) > LONG_CONVERSATION_LENGTH;
    let position = 0;
    for (const message of objectsIn(messages, MESSAGE_MEMBERS)) {
      if (message !== undefined && isShownInChat(message)) {
        const media = writeMessage(writer, message, place.child(position), createdAt);
        if (media !== undefined) yield* media;
      }
      position++;
      if (isLong) yield;
    }
  }
  writer.closeArray();
}

/** Messages of a run that are longer together, in characters, are written one by one, and other requests run in between. */
const LONG_CONVERSATION_LENGTH = 65_536;

function integerOf(raw: RawJson | null | undefined): RawJson | undefined {
  return isPresent(raw) ? laxInteger(raw) : undefined;
}
