import { asRaw, itemsOf, JsonWriter, kindOf, type RawJson, type Steps, withMember } from '@session-service/json';
import { writeMessage } from '../messages/chat-message.js';
import type { ConversationEntry } from './conversation-entry.js';
import type { ConversationFormat, MessageGroup } from './conversation-format.js';
import type { Members, ToolCall, ToolResult } from './tool-calls.js';

/** `format=agno`: the items of `chat_history` with the members of their run, and each tool call with its result. */
export const AGNO_FORMAT: ConversationFormat = {
  knowsRole: () => true,
  joins: () => false,
  showsEmpty: true,
  sizeOf: () => 1,
  write: writeAgnoMessage,
};

function* writeAgnoMessage(writer: JsonWriter, { entry }: MessageGroup): Steps<void> {
  const { path, createdAt, runMembers, outcome } = entry;
  const media = writeMessage(writer, yield* shownMessage(entry), path, createdAt, [...runMembers, ...outcome]);
  if (media !== undefined) yield* media;
}

/** The message with the results of its calls and with the reasoning of its run. */
function* shownMessage({ message, calls, reasoning, createdAt }: ConversationEntry): Steps<Members> {
  const hasResults = calls.some(({ result }) => result !== undefined);
  if (!hasResults && (reasoning === undefined || message.get('reasoning_content') === reasoning)) return message;
  const shown = new Map(message);
  if (reasoning !== undefined) shown.set('reasoning_content', reasoning);
  if (hasResults) shown.set('tool_calls', yield* withResults(message.get('tool_calls'), calls, createdAt));
  return shown;
}

function* withResults(stored: RawJson | undefined, calls: readonly ToolCall[], createdAt: RawJson): Steps<RawJson> {
  const printed: RawJson[] = [];
  let index = 0;
  for (const call of itemsOf(stored)) {
    const result = kindOf(call) === 'object' ? calls[index++]?.result : undefined;
    printed.push(result === undefined ? call : withMember(call, 'result', yield* printedResult(result, createdAt)));
    yield;
  }
  return asRaw(`[${printed.join(',')}]`);
}

function* printedResult({ message, path }: ToolResult, createdAt: RawJson): Steps<RawJson> {
  const writer = new JsonWriter();
  const media = writeMessage(writer, message, path, createdAt);
  if (media !== undefined) yield* media;
  const body = yield* writer.done();
  return typeof body === 'string' ? body : asRaw(body.parts.join(''));
}
