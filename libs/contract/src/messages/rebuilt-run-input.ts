import {
  arrayOf,
  EMPTY_STRING,
  isPresent,
  isTruthy,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  NULL,
  objectOf,
  type RawJson,
  type Steps,
} from '@session-service/json';
import { type Coercion, coerceOptional, laxBoolean, laxObject, laxString } from '../coercion.js';
import type { ItemPath } from './derived-id.js';
import { AUDIO, FILE, IMAGE, isFileMimeType, MEDIA_MEMBERS, type MediaKind, VIDEO } from './media-kinds.js';
import { printMedia, readMediaReference } from './message-media.js';

const INPUT_MEDIA_KINDS: readonly (readonly [name: string, kind: MediaKind])[] = [
  ['images', IMAGE],
  ['videos', VIDEO],
  ['audios', AUDIO],
  ['files', FILE],
];

/** Media beyond this length, in characters, are not printed: the input serves only as a title, which is shorter. */
const MAX_MEDIA_LENGTH = 65_536;

const INPUT_MEMBERS = new MemberNames(['input_content', ...INPUT_MEDIA_KINDS.map(([name]) => name)]);

/**
 * The input of a run as AgentOS prints it after rebuilding the run's objects: content and media only. An absent content
 * becomes `""`; null content and invalid media are omitted. Undefined when the input is empty or not an object.
 */
export function* rebuiltRunInput(input: RawJson, path: ItemPath): Steps<RawJson | undefined> {
  if (kindOf(input) !== 'object' || !isTruthy(input)) return undefined;
  const members = membersOf(input, INPUT_MEMBERS);
  const content = members.has('input_content') ? members.get('input_content') : EMPTY_STRING;
  const printed: [string, RawJson | undefined][] = [['input_content', content === NULL ? undefined : content]];
  for (const [name, kind] of INPUT_MEDIA_KINDS)
    printed.push([name, yield* rebuildMedia(kind, members.get(name), path.child(name))]);
  return objectOf(printed);
}

function* rebuildMedia(kind: MediaKind, raw: RawJson | undefined, path: ItemPath): Steps<RawJson | undefined> {
  const printed: RawJson[] = [];
  let index = 0;
  let length = 0;
  for (const item of itemsOf(raw)) {
    const media = reprintInputMedia(kind, item, path.child(index++));
    if (media !== undefined) printed.push(media);
    length += media?.length ?? 0;
    if (length > MAX_MEDIA_LENGTH) break;
    yield;
  }
  return printed.length === 0 ? undefined : arrayOf(printed);
}

type MediaMembers = Map<string, RawJson>;

/** Prints a media object of a run's input. Undefined if any field is invalid; messages omit only the invalid field. */
function reprintInputMedia(kind: MediaKind, raw: RawJson, path: ItemPath): RawJson | undefined {
  if (kindOf(raw) !== 'object') return undefined;
  const members = new Map(membersOf(raw, MEDIA_MEMBERS));
  const reference = members.get('media_reference');
  if (hasStorageKey(reference)) return reprintStored(kind, members, reference, path);
  if (!coerceOptional(members.get('content'), laxString)) return reprintNamed(kind, members, path);
  return kind.isFile ? reprintInlineFile(kind, members, path) : reprintInlineBytes(kind, members, path);
}

const STORAGE_KEY = new MemberNames(['storage_key']);

function hasStorageKey(reference: RawJson | undefined): reference is RawJson {
  return (
    reference !== undefined && kindOf(reference) === 'object' && membersOf(reference, STORAGE_KEY).has('storage_key')
  );
}

function reprintStored(kind: MediaKind, members: MediaMembers, raw: RawJson, path: ItemPath): RawJson | undefined {
  const reference = readMediaReference(raw);
  members.delete('external');
  members.delete('content');
  if (!isTruthy(members.get('url'))) members.set('url', reference?.url ?? NULL);
  if (!reference?.isComplete || !isTyped(kind, members) || !isValidField(members, 'metadata', laxObject))
    return undefined;
  return printMedia(kind, members, path, { reference: reference.json });
}

function reprintInlineBytes(kind: MediaKind, members: MediaMembers, path: ItemPath): RawJson | undefined {
  if (!isTruthy(members.get('id'))) members.delete('id');
  if (!isTyped(kind, members, kind.inlineInputFields)) return undefined;
  return printMedia(kind, members, path, 'inline', kind.inlineInputFields);
}

/** Undefined if a field that messages contain is invalid. Other fields of the file are only printed if they are valid. */
function reprintInlineFile(kind: MediaKind, members: MediaMembers, path: ItemPath): RawJson | undefined {
  const isValid =
    isTyped(kind, members, kind.inlineFields) && (isTruthy(members.get('id')) || hasContent(kind, members));
  return isValid ? printMedia(kind, members, path, 'inline', kind.inlineInputFields) : undefined;
}

function hasContent(kind: MediaKind, members: MediaMembers): boolean {
  return (
    coerceOptional(members.get('content'), (raw) => kind.printContent(raw, members.get('mime_type'))) !== EMPTY_STRING
  );
}

function reprintNamed(kind: MediaKind, members: MediaMembers, path: ItemPath): RawJson | undefined {
  const isValid =
    !isPresent(members.get('media_reference')) &&
    isTyped(kind, members) &&
    isValidField(members, 'metadata', laxObject) &&
    (kind.isFile ? isFileWithSource(members) : hasOneSource(members));
  return isValid ? printMedia(kind, members, path, 'named') : undefined;
}

function hasOneSource(members: MediaMembers): boolean {
  return !isPresent(members.get('content')) && isPresent(members.get('url')) !== isPresent(members.get('filepath'));
}

function isFileWithSource(members: MediaMembers): boolean {
  const hasSource = ['id', 'url', 'filepath', 'content', 'external'].some((name) => isTruthy(members.get(name)));
  return hasSource && isValidField(members, 'citations', laxBoolean);
}

/** True unless the id, a field (or one in `checked`) or the media type of a file is invalid. Absent ones are valid. */
function isTyped(kind: MediaKind, members: MediaMembers, checked?: ReadonlySet<string>): boolean {
  const mimeType = members.get('mime_type');
  const areFieldsValid = kind.fields.every(
    ([name, coerce]) => checked?.has(name) === false || isValidField(members, name, coerce),
  );
  return (
    areFieldsValid &&
    isValidField(members, 'id', laxString) &&
    (!kind.isFile || !isPresent(mimeType) || isFileMimeType(mimeType))
  );
}

function isValidField(members: MediaMembers, name: string, coerce: Coercion): boolean {
  const value = members.get(name);
  return !isPresent(value) || coerce(value) !== undefined;
}
