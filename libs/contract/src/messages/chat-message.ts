import {
  everyItemIs,
  FALSE,
  isEmptyContainer,
  isPresent,
  itemsOf,
  type JsonWriter,
  kindOf,
  MemberNames,
  membersOf,
  NULL,
  objectOf,
  type RawJson,
  type Steps,
  TRUE,
} from '@session-service/json';
import { type Coercion, coerceOptional, laxBoolean, laxFloat, laxInteger, laxObject, laxString } from '../coercion.js';
import { derivedId, type ItemPath } from './derived-id.js';
import { AUDIO, FILE, IMAGE, type MediaKind, VIDEO } from './media-kinds.js';
import { reprintMedia, writeMediaList } from './message-media.js';

type Members = ReadonlyMap<string, RawJson>;

type AddedMembers = readonly (readonly [name: string, value: RawJson | undefined])[];
const NO_MEMBERS: AddedMembers = [];

interface MessageField {
  readonly name: string;
  /** Returns the value to print, or undefined when the stored value is invalid. */
  readonly print: (raw: RawJson, path: ItemPath) => RawJson | undefined;
  /** Printed when the message has no valid value for the field. */
  readonly byDefault?: RawJson;
}

/** The members of a message between `id` and its media lists, in printed order. */
const BEFORE_MEDIA: readonly MessageField[] = [
  { name: 'content', print: stringOrParts },
  { name: 'reasoning_content', print: laxString },
  { name: 'from_history', print: laxBoolean, byDefault: FALSE },
  { name: 'compressed_content', print: laxString },
  { name: 'stop_after_tool_call', print: laxBoolean, byDefault: FALSE },
  { name: 'role', print: laxString },
  { name: 'name', print: laxString },
  { name: 'tool_call_id', print: laxString },
  { name: 'tool_name', print: laxString },
  { name: 'tool_args', print: unlessEmptyContainer },
  { name: 'tool_call_error', print: laxBoolean },
  { name: 'tool_calls', print: listOfObjects },
  { name: 'redacted_reasoning_content', print: laxString },
  { name: 'provider_data', print: nonEmptyObject },
  { name: 'checkpoint_status', print: laxString },
  { name: 'checkpoint_created_at', print: laxInteger },
];

/** The media lists of a message, in printed order. */
export const MEDIA_LISTS: readonly { readonly name: string; readonly kind: MediaKind }[] = [
  { name: 'images', kind: IMAGE },
  { name: 'audio', kind: AUDIO },
  { name: 'videos', kind: VIDEO },
  { name: 'files', kind: FILE },
];

/** The members of a message between its media lists and `created_at`, in printed order. */
const AFTER_MEDIA: readonly MessageField[] = [
  { name: 'audio_output', print: (raw, path) => reprintMedia(AUDIO, raw, path.child('audio_output')) },
  { name: 'references', print: reprintReferences },
  { name: 'metrics', print: reprintMetrics },
];

/** The members of a stored message that responses print. */
export const MESSAGE_MEMBERS = new MemberNames([
  'id',
  'created_at',
  ...[...BEFORE_MEDIA, ...MEDIA_LISTS, ...AFTER_MEDIA].map(({ name }) => name),
]);

/** False for system and tool messages, and for messages repeated from an earlier run (`from_history`). */
export function isShownInChat(message: Members): boolean {
  const role = message.get('role');
  if (role === '"system"' || role === '"tool"') return false;
  return coerceOptional(message.get('from_history'), laxBoolean) !== TRUE;
}

/**
 * Writes a stored message as an item of `chat_history`: known members only, in a fixed order, without nulls, empty
 * lists, empty objects and invalid values.
 *
 * @param createdAt Unix seconds, printed when the message has no valid `created_at`
 * @param added members to print after those of the message
 * @returns undefined when the message is written completely; for a message with media, the steps that write its rest
 */
export function writeMessage(
  writer: JsonWriter,
  message: Members,
  path: ItemPath,
  createdAt: RawJson,
  added: AddedMembers = NO_MEMBERS,
): Steps<void> | undefined {
  writer.openObject().member('id', coerceOptional(message.get('id'), laxString) ?? derivedId(path));
  writeFields(writer, message, BEFORE_MEDIA, path);
  // Only messages with media get a generator: one per message would take a tenth of the CPU time of a session detail.
  if (MEDIA_LISTS.some(({ name }) => message.has(name)))
    return writeMediaAndEnd(writer, message, path, createdAt, added);
  writeEnd(writer, message, path, createdAt, added);
  return undefined;
}

function* writeMediaAndEnd(
  writer: JsonWriter,
  message: Members,
  path: ItemPath,
  createdAt: RawJson,
  added: AddedMembers,
): Steps<void> {
  for (const { name, kind } of MEDIA_LISTS) {
    const raw = message.get(name);
    if (isPresent(raw)) yield* writeMediaList(writer, name, kind, raw, path.child(name));
  }
  writeEnd(writer, message, path, createdAt, added);
}

function writeEnd(writer: JsonWriter, message: Members, path: ItemPath, createdAt: RawJson, added: AddedMembers): void {
  writeFields(writer, message, AFTER_MEDIA, path);
  writer.member('created_at', messageTime(message, createdAt));
  for (const [name, value] of added) writer.member(name, value);
  writer.closeObject();
}

/** The time of a message in Unix seconds. */
export function messageTime(message: Members, createdAt: RawJson): RawJson {
  return coerceOptional(message.get('created_at'), laxInteger) ?? createdAt;
}

function writeFields(writer: JsonWriter, message: Members, fields: readonly MessageField[], path: ItemPath): void {
  for (const { name, print, byDefault } of fields) {
    const raw = message.get(name);
    writer.member(name, (isPresent(raw) ? print(raw, path) : undefined) ?? byDefault);
  }
}

function stringOrParts(raw: RawJson): RawJson | undefined {
  const kind = kindOf(raw);
  if (kind === 'string') return raw;
  return kind === 'array' ? unlessEmptyContainer(raw) : undefined;
}

function listOfObjects(raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'array' || isEmptyContainer(raw)) return undefined;
  return everyItemIs('object', raw) ? raw : undefined;
}

function nonEmptyObject(raw: RawJson): RawJson | undefined {
  return coerceOptional(raw, laxObject) && unlessEmptyContainer(raw);
}

function unlessEmptyContainer(raw: RawJson): RawJson | undefined {
  const kind = kindOf(raw);
  return (kind === 'object' || kind === 'array') && isEmptyContainer(raw) ? undefined : raw;
}

/** The metrics of a message, in printed order. */
const METRIC_NAMES = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
  'audio_total_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost',
  'duration',
  'time_to_first_token',
  'provider_metrics',
];

const METRIC_MEMBERS = new MemberNames(METRIC_NAMES);

/** Prints the known metrics of a message without nulls and counts of 0; 0.0 is kept. Undefined when none remains. */
function reprintMetrics(raw: RawJson | undefined): RawJson | undefined {
  if (raw === undefined || kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, METRIC_MEMBERS);
  const printed: [string, RawJson][] = [];
  for (const name of METRIC_NAMES) {
    const value = members.get(name);
    if (isPresent(value) && isSet(value)) printed.push([name, value]);
  }
  return printed.length === 0 ? undefined : objectOf(printed);
}

function isSet(value: RawJson): boolean {
  switch (kindOf(value)) {
    case 'number':
      return value !== '0' && value !== '-0';
    case 'boolean': // a bool is an int in Python
      return value === TRUE;
    case 'object':
      return !isEmptyContainer(value);
    default:
      return true;
  }
}

const REFERENCES_FIELDS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['query', laxString],
  ['references', stringsAndObjects],
  ['time', laxFloat],
];

const REFERENCES_MEMBERS = new MemberNames(REFERENCES_FIELDS.map(([name]) => name));

/** Prints the knowledge references of a user message, always with all three members; an invalid value becomes null. */
function reprintReferences(raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, REFERENCES_MEMBERS);
  return objectOf(REFERENCES_FIELDS.map(([name, coerce]) => [name, coerceOptional(members.get(name), coerce) ?? NULL]));
}

function stringsAndObjects(raw: RawJson): RawJson | undefined {
  return kindOf(raw) === 'array' && itemsOf(raw).every(isStringOrObject) ? raw : undefined;
}

function isStringOrObject(item: RawJson): boolean {
  const kind = kindOf(item);
  return kind === 'string' || kind === 'object';
}
