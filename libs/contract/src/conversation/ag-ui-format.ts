import {
  EMPTY_STRING,
  isPresent,
  type JsonWriter,
  kindOf,
  quote,
  type RawJson,
  type Steps,
  unquote,
} from '@session-service/json';
import { messageTime } from '../messages/chat-message.js';
import { derivedId } from '../messages/derived-id.js';
import { type ConversationEntry, entryId, type RunMembers } from './conversation-entry.js';
import type { ConversationFormat, MessageGroup } from './conversation-format.js';
import { type ContentPart, contentParts, OCTET_STREAM, textParts } from './message-content.js';
import { asString, callOfResult, isFailed, type Members, stringMember, type ToolCall } from './tool-calls.js';

/**
 * `format=ag-ui`: messages of the Agent User Interaction Protocol. Reasoning and results of tools are messages of their own,
 * before and after the message of the assistant that they belong to.
 * https://docs.ag-ui.com/concepts/messages
 */
export const AG_UI_FORMAT: ConversationFormat = {
  knowsRole: (role) => ROLES.has(role),
  joins: () => false,
  showsEmpty: false,
  sizeOf: ({ reasoning, calls }) => (reasoning === undefined ? 1 : 2) + calls.filter(isAnswered).length,
  write: writeAgUiMessage,
};

function isAnswered({ result }: ToolCall): boolean {
  return result !== undefined;
}

const ROLES: ReadonlyMap<string | undefined, RawJson> = new Map([
  ...['user', 'system', 'developer', 'assistant', 'tool'].map((role) => [`"${role}"`, quote(role)] as const),
  ['"model"', quote('assistant')],
]);

function* writeAgUiMessage(writer: JsonWriter, { entry, size }: MessageGroup, index: number): Steps<void> {
  const { message, calls, reasoning, path } = entry;
  const own = reasoning === undefined ? 0 : 1;
  writer.openObject();
  if (index < own) {
    writer
      .member('id', derivedId(path.child('reasoning')))
      .member('role', quote('reasoning'))
      .member('content', reasoning);
    writeRun(writer, entry, message);
  } else if (index > own) {
    // All calls have results, usually.
    const answered = size === own + 1 + calls.length ? calls : calls.filter(isAnswered);
    const call = answered[index - own - 1];
    if (call !== undefined) yield* writeResult(writer, entry, call);
  } else if (message.get('role') === '"tool"') {
    yield* writeResult(writer, entry, callOfResult({ message, path }));
  } else yield* writeOwn(writer, entry);
  writer.closeObject();
}

function* writeOwn(writer: JsonWriter, entry: ConversationEntry): Steps<void> {
  const { message, calls } = entry;
  const role = ROLES.get(message.get('role'));
  writer.member('id', entryId(entry)).member('role', role).member('name', stringMember(message, 'name'));
  const parts = yield* contentParts(entry);
  const media = parts.filter((part) => !('text' in part));
  const text = joinedText(parts);
  if (role === ROLES.get('"user"') && media.length > 0) {
    writer.key('content').openArray();
    for (const part of parts) {
      writePart(writer, part);
      yield;
    }
    writer.closeArray();
  } else if (role !== ROLES.get('"assistant"')) writer.member('content', text);
  else {
    writer.member('content', text === EMPTY_STRING ? undefined : text);
    if (calls.length > 0) {
      writer.key('toolCalls').openArray();
      for (const call of calls) {
        writeCall(writer, call);
        yield;
      }
      writer.closeArray();
    }
  }
  // Only the content of users and tools can hold media.
  writeRun(writer, entry, message, entry.outcome, role === ROLES.get('"user"') ? [] : media);
}

function joinedText(parts: readonly ContentPart[]): RawJson {
  const texts = parts.flatMap((part) => ('text' in part ? [part.text] : []));
  const [only] = texts;
  if (texts.length < 2) return only ?? EMPTY_STRING;
  return quote(texts.map(unquote).join('\n'));
}

function writeCall(writer: JsonWriter, { id, name, args }: ToolCall): void {
  writer
    .openObject()
    .member('id', id)
    .member('type', quote('function'))
    .key('function')
    .openObject()
    .member('name', name)
    .member('arguments', asString(args))
    .closeObject()
    .closeObject();
}

function* writeResult(writer: JsonWriter, entry: ConversationEntry, { id, result }: ToolCall): Steps<void> {
  if (result === undefined) return;
  const { message, path } = result;
  const stored = message.get('content');
  const texts = joinedText(yield* textParts(stored));
  const isText = !isPresent(stored) || kindOf(stored) === 'string' || texts !== EMPTY_STRING;
  const content = isText ? texts : asString(stored);
  writer
    .member('id', entryId({ ...entry, message, path }))
    .member('role', quote('tool'))
    .member('toolCallId', id)
    .member('content', content)
    .member('error', isFailed(result) ? content : undefined);
  writeRun(writer, entry, message, message === entry.message ? entry.outcome : []);
}

/** The members that identify the run; `subagentRunId` marks the messages of members. */
function writeRun(
  writer: JsonWriter,
  { runMembers, createdAt, memberRunId }: ConversationEntry,
  message: Members,
  outcome: RunMembers = [],
  media: readonly ContentPart[] = [],
): void {
  writer.member('subagentRunId', memberRunId).key('metadata').openObject();
  for (const [name, value] of [...runMembers, ...outcome]) writer.member(name, value);
  writer.member('created_at', messageTime(message, createdAt));
  if (media.length > 0) {
    writer.key('media').openArray();
    for (const part of media) writePart(writer, part);
    writer.closeArray();
  }
  writer.closeObject();
}

function writePart(writer: JsonWriter, part: ContentPart): void {
  writer.openObject();
  if ('text' in part) writer.member('type', quote('text')).member('text', part.text);
  else {
    const { category, mimeType, filename, source } = part;
    writer
      .member('type', quote(category === 'file' ? 'document' : category))
      .key('source')
      .openObject();
    if ('url' in source) writer.member('type', quote('url')).member('value', source.url).member('mimeType', mimeType);
    else {
      writer
        .member('type', quote('data'))
        .member('value', source.base64)
        .member('mimeType', mimeType ?? OCTET_STREAM);
    }
    writer.closeObject();
    if (filename !== undefined) writer.key('metadata').openObject().member('filename', filename).closeObject();
  }
  writer.closeObject();
}
