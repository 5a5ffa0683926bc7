import { FALSE, type JsonWriter, NULL, quote, type RawJson, type Steps, TRUE } from '@session-service/json';
import { messageTime } from '../messages/chat-message.js';
import { type ConversationEntry, entryId } from './conversation-entry.js';
import type { ConversationFormat, MessageGroup } from './conversation-format.js';
import { type ContentPart, contentParts, OCTET_STREAM, writeDataUrl } from './message-content.js';
import { IS_ANSWER, IS_RESULT, type SectionMessages } from './section-messages.js';
import { asString, callOfResult, isFailed, parsedArguments, stringMember, type ToolCall } from './tool-calls.js';

/**
 * `format=ai-sdk`: `UIMessage` of the npm package `ai`. As there, an answer is one message: its steps are the stored messages
 * of the assistant that follow each other in one run.
 * https://ai-sdk.dev/docs/reference/ai-sdk-core/ui-message
 */
export const AI_SDK_FORMAT: ConversationFormat = {
  knowsRole: (role) => ROLES.has(role),
  joins: (messages, number) => isStep(messages, number) && isStep(messages, number - 1),
  showsEmpty: false,
  sizeOf: () => 1,
  write: writeUiMessage,
};

/** True for a message that is a part of an answer. */
function isStep(messages: SectionMessages, number: number): boolean {
  return messages.is(number, IS_ANSWER) || messages.is(number, IS_RESULT);
}

const ROLES: ReadonlyMap<string | undefined, RawJson> = new Map([
  ['"user"', quote('user')],
  ['"system"', quote('system')],
  ['"developer"', quote('system')],
  ['"assistant"', quote('assistant')],
  ['"model"', quote('assistant')],
  ['"tool"', quote('assistant')],
]);

const ASSISTANT_ROLE = ROLES.get('"assistant"');

function* writeUiMessage(writer: JsonWriter, { messages, start, end, entry }: MessageGroup): Steps<void> {
  const { message, runMembers, createdAt } = entry;
  const role = ROLES.get(message.get('role'));
  writer.openObject().member('id', entryId(entry)).member('role', role).key('metadata').openObject();
  const { outcome } = end === start + 1 ? entry : yield* messages.entry(end - 1);
  for (const [name, value] of [...runMembers, ...outcome]) writer.member(name, value);
  writer
    .member('name', stringMember(message, 'name'))
    .member('created_at', messageTime(message, createdAt))
    .closeObject()
    .key('parts')
    .openArray();
  for (let number = start; number < end; number++) {
    const step = number === start ? entry : yield* messages.entry(number);
    if (role !== ASSISTANT_ROLE) yield* writeParts(writer, step);
    else if (messages.showsSomething(number)) yield* writeStep(writer, step);
    yield;
  }
  writer.closeArray().closeObject();
}

/** The messages of users and of the system have at least one part. */
function* writeParts(writer: JsonWriter, entry: ConversationEntry): Steps<void> {
  const parts = yield* contentParts(entry);
  if (parts.length === 0) parts.push({ text: quote('') });
  for (const part of parts) {
    writePart(writer, part);
    yield;
  }
}

function* writeStep(writer: JsonWriter, entry: ConversationEntry): Steps<void> {
  const { message, path, calls, reasoning } = entry;
  if (message.get('role') === '"tool"') {
    yield* writeToolPart(writer, callOfResult({ message, path }), entry);
    return;
  }
  writer.openObject().member('type', quote('step-start')).closeObject();
  if (reasoning !== undefined) {
    writer.openObject().member('type', quote('reasoning')).member('text', reasoning).closeObject();
  }
  for (const part of yield* contentParts(entry)) {
    writePart(writer, part);
    yield;
  }
  for (const call of calls) {
    yield* writeToolPart(writer, call, entry);
    yield;
  }
}

function writePart(writer: JsonWriter, part: ContentPart): void {
  writer.openObject();
  if ('text' in part) writer.member('type', quote('text')).member('text', part.text);
  else {
    const { category, mimeType, filename, source } = part;
    writer
      .member('type', quote('file'))
      .member('mediaType', mimeType ?? (category === 'file' ? OCTET_STREAM : quote(category)))
      .member('filename', filename)
      .key('url');
    if ('url' in source) writer.value(source.url);
    else writeDataUrl(writer, source.base64, mimeType);
  }
  writer.closeObject();
}

function* writeToolPart(writer: JsonWriter, call: ToolCall, entry: ConversationEntry): Steps<void> {
  const state = toolState(call, entry);
  writer
    .openObject()
    .member('type', quote('dynamic-tool'))
    .member('toolName', call.name)
    .member('toolCallId', call.id)
    .member('state', quote(state))
    .member('input', yield* parsedArguments(call.args));
  const content = call.result?.message.get('content') ?? NULL;
  if (state === 'output-available') writer.member('output', content);
  else if (state === 'output-error') writer.member('errorText', content === NULL ? quote('') : asString(content));
  else if (state !== 'input-available') writeApproval(writer, call, state);
  writer.closeObject();
}

type ToolState = 'input-available' | ApprovalState | 'output-available' | 'output-error';
type ApprovalState = 'approval-requested' | 'approval-responded' | 'output-denied';

function toolState({ result, execution }: ToolCall, { isPaused }: ConversationEntry): ToolState {
  const confirmed = execution?.get('confirmed');
  if (result !== undefined) {
    if (confirmed === FALSE) return 'output-denied';
    return isFailed(result) ? 'output-error' : 'output-available';
  }
  if (confirmed === TRUE || confirmed === FALSE) return 'approval-responded';
  return isPaused && execution?.get('requires_confirmation') === TRUE ? 'approval-requested' : 'input-available';
}

function writeApproval(writer: JsonWriter, { id, requirementId, execution }: ToolCall, state: ApprovalState): void {
  writer
    .key('approval')
    .openObject()
    .member('id', requirementId ?? stringMember(execution, 'approval_id') ?? id);
  if (state !== 'approval-requested') {
    writer
      .member('approved', execution?.get('confirmed'))
      .member('reason', stringMember(execution, 'confirmation_note'));
  }
  writer.closeObject();
}
