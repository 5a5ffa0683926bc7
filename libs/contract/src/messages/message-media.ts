import {
  EMPTY_STRING,
  isEmptyContainer,
  isPresent,
  itemsOf,
  type JsonWriter,
  kindOf,
  MemberNames,
  membersOf,
  objectOf,
  type RawJson,
  type Steps,
} from '@session-service/json';
import { type Coercion, coerceOptional, laxInteger, laxObject, laxString } from '../coercion.js';
import { derivedId, type ItemPath } from './derived-id.js';
import { MEDIA_MEMBERS, type MediaKind } from './media-kinds.js';

/** Location of a media object's content: inline in the JSON, at its `url` or `filepath`, or in an object store. */
type MediaLocation = 'inline' | 'named' | { readonly reference: RawJson };

/** Writes the valid media of one kind as a member of a message; writes no member when there are none. */
export function* writeMediaList(
  writer: JsonWriter,
  name: string,
  kind: MediaKind,
  raw: RawJson | undefined,
  path: ItemPath,
): Steps<void> {
  let index = 0;
  let isOpen = false;
  for (const item of itemsOf(raw)) {
    const media = reprintMedia(kind, item, path.child(index++));
    if (media !== undefined) {
      if (!isOpen) writer.key(name).openArray();
      isOpen = true;
      writer.value(media);
    }
    yield;
  }
  if (isOpen) writer.closeArray();
}

/** Prints a media object of a message without its invalid fields; undefined when it is not an object, or empty. */
export function reprintMedia(kind: MediaKind, raw: RawJson, path: ItemPath): RawJson | undefined {
  if (kindOf(raw) !== 'object' || isEmptyContainer(raw)) return undefined;
  const members = membersOf(raw, MEDIA_MEMBERS);
  const reference = readMediaReference(members.get('media_reference'));
  if (reference !== undefined) return printMedia(kind, members, path, { reference: reference.json });
  const isInline = coerceOptional(members.get('content'), laxString) !== undefined;
  return isInline
    ? printMedia(kind, members, path, 'inline', kind.inlineFields)
    : printMedia(kind, members, path, 'named');
}

/** @param kept the fields to print; undefined: all */
export function printMedia(
  kind: MediaKind,
  members: ReadonlyMap<string, RawJson>,
  path: ItemPath,
  location: MediaLocation,
  kept?: ReadonlySet<string>,
): RawJson {
  const printed: [string, RawJson | undefined][] = [['id', mediaId(kind, members.get('id'), path, location)]];
  for (const [name, coerce, byDefault] of kind.fields) {
    if (kept !== undefined && !kept.has(name)) continue;
    const value = members.has(name) ? coerceOptional(members.get(name), coerce) : byDefault;
    if (name !== 'filepath' || value !== EMPTY_STRING) printed.push([name, value]);
  }
  if (typeof location === 'object') printed.push(['media_reference', location.reference]);
  else printed.push(['content', printContent(kind, members)]);
  if (location !== 'inline') printed.push(['metadata', printMetadata(members.get('metadata'))]);
  return objectOf(printed);
}

/** Media without an id get a derived one. An empty id counts as missing for inline images, audio and videos. */
function mediaId(kind: MediaKind, raw: RawJson | undefined, path: ItemPath, location: MediaLocation): RawJson {
  const id = coerceOptional(raw, laxString);
  const isMissing = id === undefined || (id === EMPTY_STRING && location === 'inline' && !kind.isFile);
  return isMissing ? derivedId(path) : id;
}

function printContent(kind: MediaKind, members: ReadonlyMap<string, RawJson>): RawJson | undefined {
  const content = members.get('content');
  return isPresent(content) ? kind.printContent(content, members.get('mime_type')) : undefined;
}

function printMetadata(raw: RawJson | undefined): RawJson | undefined {
  const metadata = coerceOptional(raw, laxObject);
  return metadata === undefined || isEmptyContainer(metadata) ? undefined : metadata;
}

const REFERENCE_FIELDS: readonly (readonly [name: string, coerce: Coercion])[] = [
  ['media_id', laxString],
  ['storage_key', laxString],
  ['session_id', laxString],
  ['storage_backend', laxString],
  ['bucket', laxString],
  ['region', laxString],
  ['url', laxString],
  ['mime_type', laxString],
  ['filename', laxString],
  ['size', laxInteger],
  ['content_hash', laxString],
  ['media_type', laxString],
  ['metadata', laxObject],
];

const REFERENCE_MEMBERS = new MemberNames(REFERENCE_FIELDS.map(([name]) => name));
const REQUIRED_REFERENCE_MEMBERS = ['media_id', 'storage_key', 'storage_backend'];

interface MediaReference {
  readonly json: RawJson;
  readonly url: RawJson | undefined;
  /** False when an optional field was invalid and is missing in `json`. */
  readonly isComplete: boolean;
}

/** Reads a reference to media in an object store; undefined when a required field is missing or invalid. */
export function readMediaReference(raw: RawJson | undefined): MediaReference | undefined {
  if (raw === undefined || kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, REFERENCE_MEMBERS);
  if (REQUIRED_REFERENCE_MEMBERS.some((name) => coerceOptional(members.get(name), laxString) === undefined))
    return undefined;
  const printed = REFERENCE_FIELDS.map(([name, coerce]) => [name, coerceOptional(members.get(name), coerce)] as const);
  const isComplete = printed.every(([name, value]) => value !== undefined || !isPresent(members.get(name)));
  return { json: objectOf(printed), url: coerceOptional(members.get('url'), laxString), isComplete };
}
