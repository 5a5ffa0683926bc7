import { asRaw, isPresent, type JsonWriter, objectsIn, type RawJson, type Steps } from '@session-service/json';
import { laxInteger } from '../coercion.js';
import { isShownInChat, MESSAGE_MEMBERS, writeMessage } from '../messages/chat-message.js';
import { ItemPath } from '../messages/derived-id.js';
import type { Run, RunSource, StoredSession } from '../stored-session.js';

/**
 * Writes `chat_history`: the messages of all top-level runs in order, whatever their status, except system messages,
 * tool messages and messages repeated from history. A message without `created_at` gets the time of its run or, if the
 * run has none, of the session.
 */
export function* writeChatHistory(
  writer: JsonWriter,
  runs: RunSource,
  isIncluded: (run: Run) => boolean,
  session: Pick<StoredSession, 'session_id' | 'created_at'>,
): Steps<void> {
  yield* runs.rewind();
  writer.openArray();
  let index = 0;
  for (let run = yield* runs.next(); run !== undefined; run = yield* runs.next()) {
    yield;
    const runIndex = index++;
    if (!isIncluded(run) || isPresent(run.get('parent_run_id'))) continue;
    const path = ItemPath.ofRun(session.session_id, run.get('run_id') ?? runIndex);
    const createdAt = integerOf(run.get('created_at')) ?? integerOf(session.created_at) ?? asRaw('0');
    const messages = run.get('messages');
    const isLong = (messages?.length ?? 0) > LONG_CONVERSATION_LENGTH;
    let messageIndex = 0;
    for (const message of objectsIn(messages, MESSAGE_MEMBERS)) {
      if (message !== undefined && isShownInChat(message)) {
        const media = writeMessage(writer, message, path.child(messageIndex), createdAt);
        if (media !== undefined) yield* media;
      }
      messageIndex++;
      if (isLong) yield;
    }
  }
  writer.closeArray();
}

/** When the messages of a run exceed this length, in characters, other requests may run after each message. */
const LONG_CONVERSATION_LENGTH = 65_536;

function integerOf(raw: RawJson | null | undefined): RawJson | undefined {
  return isPresent(raw) ? laxInteger(raw) : undefined;
}
