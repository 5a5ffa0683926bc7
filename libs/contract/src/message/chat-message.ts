import { randomUUID } from 'node:crypto';
import { BodyJoiner, type BodyText } from '../json/body-text.js';
import { asRaw, FALSE, isEmptyContainer, itemsOf, kindOf, type RawJson, TRUE } from '../json/raw-json.js';
import { type Coercion, fitting, laxBoolean, laxInteger, laxObject, laxText } from './lax-values.js';
import { reprintMedia, reprintMediaList } from './media.js';
import { AUDIO, FILE, IMAGE, VIDEO } from './media-kinds.js';
import { reprintMetrics } from './metrics.js';
import { reprintReferences } from './references.js';

type Members = ReadonlyMap<string, RawJson>;

/** The members of a message between `id` and `created_at`, in printed order. */
const FIELDS: readonly (readonly [name: string, coerce: Coercion, byDefault?: RawJson])[] = [
  ['content', textOrParts],
  ['reasoning_content', laxText],
  ['from_history', laxBoolean, FALSE],
  ['compressed_content', laxText],
  ['stop_after_tool_call', laxBoolean, FALSE],
  ['role', laxText],
  ['name', laxText],
  ['tool_call_id', laxText],
  ['tool_name', laxText],
  ['tool_args', filled],
  ['tool_call_error', laxBoolean],
  ['tool_calls', listOfObjects],
  ['redacted_reasoning_content', laxText],
  ['provider_data', filledObject],
  ['checkpoint_status', laxText],
  ['checkpoint_created_at', laxInteger],
  ['images', (raw) => reprintMediaList(IMAGE, raw)],
  ['audio', (raw) => reprintMediaList(AUDIO, raw)],
  ['videos', (raw) => reprintMediaList(VIDEO, raw)],
  ['files', (raw) => reprintMediaList(FILE, raw)],
  ['audio_output', (raw) => reprintMedia(AUDIO, raw)],
  ['references', reprintReferences],
  ['metrics', reprintMetrics],
];

/** True unless the message is the system's, a tool's, or was only repeated from an earlier run. */
export function isShownInChat(members: Members): boolean {
  const role = members.get('role');
  if (role === '"system"' || role === '"tool"') return false;
  return fitting(members.get('from_history'), laxBoolean) !== TRUE;
}

/**
 * A stored message, given by its members, as a session's `chat_history` prints it: known members only, in a fixed order,
 * without nulls and empty lists and objects. A value that does not fit its member is left out; a missing `id` becomes a new
 * uuid and a missing `created_at` the time that `now` gives in unix seconds.
 */
export function chatMessage(members: Members, now: () => number): BodyText {
  const printed = new BodyJoiner();
  printed.add('{"id":').addValue(fitting(members.get('id'), laxText) ?? asRaw(`"${randomUUID()}"`));
  for (const [name, coerce, byDefault] of FIELDS) {
    const value = fitting(members.get(name), coerce) ?? byDefault;
    if (value !== undefined) printed.add(`,"${name}":`).addValue(value);
  }
  const createdAt = fitting(members.get('created_at'), laxInteger) ?? asRaw(String(Math.trunc(now())));
  return printed.add(',"created_at":').addValue(createdAt).add('}').done();
}

function textOrParts(raw: RawJson): RawJson | undefined {
  const kind = kindOf(raw);
  if (kind === 'string') return raw;
  return kind === 'array' ? filled(raw) : undefined;
}

function listOfObjects(raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'array' || isEmptyContainer(raw)) return undefined;
  return itemsOf(raw).every((item) => kindOf(item) === 'object') ? raw : undefined;
}

function filledObject(raw: RawJson): RawJson | undefined {
  return fitting(raw, laxObject) && filled(raw);
}

function filled(raw: RawJson): RawJson | undefined {
  const kind = kindOf(raw);
  return (kind === 'object' || kind === 'array') && isEmptyContainer(raw) ? undefined : raw;
}
