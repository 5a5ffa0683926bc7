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

/** A name is made of the input, and shows no more of it than this, in characters: further media are left out. */
const MAX_MEDIA_LENGTH = 65_536;

const INPUT_MEMBERS = new MemberNames(['input_content', ...INPUT_MEDIA_KINDS.map(([name]) => name)]);

/**
 * The input of a run as AgentOS holds it after reading it back: content and media, nothing else. A missing content is `""`,
 * a null one is left out; media that cannot be read back are left out. Undefined when the run has no input of this form.
 */
export function* rebuiltRunInput(input: RawJson, place: ItemPath): Steps<RawJson | undefined> {
  if (kindOf(input) !== 'object' || !isTruthy(input)) return undefined;
  const members = membersOf(input, INPUT_MEMBERS);
  const content = members.has('input_content') ? members.get('input_content') : EMPTY_STRING;
  const printed: [string, RawJson | undefined][] = [['input_content', content === NULL ? undefined : content]];
  for (const [name, kind] of INPUT_MEDIA_KINDS)
    printed.push([name, yield* rebuildMedia(kind, members.get(name), place.child(name))]);
  return objectOf(printed);
}

function* rebuildMedia(kind: MediaKind, raw: RawJson | undefined, place: ItemPath): Steps<RawJson | undefined> {
  const shown: RawJson[] = [];
  let position = 0;
  let length = 0;
  for (const item of itemsOf(raw)) {
    const media = reprintInputMedia(kind, item, place.child(position++));
    if (media !== undefined) shown.push(media);
    length += media?.length ?? 0;
    if (length > MAX_MEDIA_LENGTH) break;
    yield;
  }
  return shown.length === 0 ? undefined : arrayOf(shown);
}

type MediaMembers = Map<string, RawJson>;

/**
 * One media object of a run's input, re-printed. Unlike the media of a message, one with a flaw is skipped by AgentOS:
 * undefined then.
 */
export function reprintInputMedia(kind: MediaKind, raw: RawJson, place: ItemPath): RawJson | undefined {
  if (kindOf(raw) !== 'object') return undefined;
  const members = new Map(membersOf(raw, MEDIA_MEMBERS));
  const reference = members.get('media_reference');
  if (namesStoredObject(reference)) return reprintStored(kind, members, reference, place);
  return coerceOptional(members.get('content'), laxString)
    ? reprintInline(kind, members, place)
    : reprintNamed(kind, members, place);
}

const STORAGE_KEY = new MemberNames(['storage_key']);

function namesStoredObject(reference: RawJson | undefined): reference is RawJson {
  return (
    reference !== undefined && kindOf(reference) === 'object' && membersOf(reference, STORAGE_KEY).has('storage_key')
  );
}

function reprintStored(kind: MediaKind, members: MediaMembers, raw: RawJson, place: ItemPath): RawJson | undefined {
  const reference = readMediaReference(raw);
  members.delete('external');
  members.delete('content');
  if (!isTruthy(members.get('url'))) setOrDelete(members, 'url', reference?.url);
  if (!reference?.isComplete || !isTyped(kind, members) || !fits(members, 'metadata', laxObject)) return undefined;
  return printMedia(kind, members, place, { reference: reference.json });
}

function setOrDelete(members: MediaMembers, name: string, value: RawJson | undefined): void {
  if (value === undefined) members.delete(name);
  else members.set(name, value);
}

function reprintInline(kind: MediaKind, members: MediaMembers, place: ItemPath): RawJson | undefined {
  return kind.isFile ? reprintInlineFile(kind, members, place) : reprintInlineBytes(kind, members, place);
}

function reprintInlineBytes(kind: MediaKind, members: MediaMembers, place: ItemPath): RawJson | undefined {
  if (!isTruthy(members.get('id'))) members.delete('id');
  if (!isTyped(kind, members, kind.inlineInputFields)) return undefined;
  return printMedia(kind, members, place, 'inline', kind.inlineInputFields);
}

/** Only the fields that a message keeps are checked; the further ones of an input are shown when they fit. */
function reprintInlineFile(kind: MediaKind, members: MediaMembers, place: ItemPath): RawJson | undefined {
  const isReadable =
    isTyped(kind, members, kind.inlineFields) && (isTruthy(members.get('id')) || hasContent(kind, members));
  return isReadable ? printMedia(kind, members, place, 'inline', kind.inlineInputFields) : undefined;
}

function hasContent(kind: MediaKind, members: MediaMembers): boolean {
  return (
    coerceOptional(members.get('content'), (raw) => kind.printContent(raw, members.get('mime_type'))) !== EMPTY_STRING
  );
}

function reprintNamed(kind: MediaKind, members: MediaMembers, place: ItemPath): RawJson | undefined {
  const isReadable =
    !isPresent(members.get('media_reference')) &&
    isTyped(kind, members) &&
    fits(members, 'metadata', laxObject) &&
    (kind.isFile ? isFileWithSource(members) : hasOneSource(members));
  return isReadable ? printMedia(kind, members, place, 'named') : undefined;
}

function hasOneSource(members: MediaMembers): boolean {
  return !isPresent(members.get('content')) && isPresent(members.get('url')) !== isPresent(members.get('filepath'));
}

function isFileWithSource(members: MediaMembers): boolean {
  const isSourced = ['id', 'url', 'filepath', 'content', 'external'].some((name) => isTruthy(members.get(name)));
  return isSourced && fits(members, 'citations', laxBoolean);
}

/** True when id and all fields (or those in `checked`) have the right type, and a file one of the known media types. */
function isTyped(kind: MediaKind, members: MediaMembers, checked?: ReadonlySet<string>): boolean {
  const typed = kind.fields.every(([name, coerce]) => checked?.has(name) === false || fits(members, name, coerce));
  return typed && fits(members, 'id', laxString) && (!kind.isFile || hasKnownMimeType(members.get('mime_type')));
}

function hasKnownMimeType(raw: RawJson | undefined): boolean {
  return !isPresent(raw) || isFileMimeType(raw);
}

function fits(members: MediaMembers, name: string, coerce: Coercion): boolean {
  const value = members.get(name);
  return !isPresent(value) || coerce(value) !== undefined;
}
