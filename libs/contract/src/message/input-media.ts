import { EMPTY_STRING, isPresent, isTruthy, kindOf, MemberNames, membersOf, type RawJson } from '@agno/json';
import type { ItemPath } from './derived-id.js';
import { isFileMimeType } from './file-mime-types.js';
import { type Coercion, coerceOptional, laxBoolean, laxObject, laxString } from './lax-values.js';
import { printMedia } from './media.js';
import { MEDIA_MEMBERS, type MediaKind } from './media-kinds.js';
import { readMediaReference } from './media-reference.js';

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
