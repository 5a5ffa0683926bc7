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

/** Where the bytes of a media object are: in an object store, in the JSON itself, or somewhere its fields name. */
export type MediaLocation = 'inline' | 'named' | { readonly reference: RawJson };

/** Writes the media of one kind that a message holds, re-printed, as a member; nothing where none can be shown. */
export function* writeMediaList(
  writer: JsonWriter,
  name: string,
  kind: MediaKind,
  raw: RawJson | undefined,
  place: ItemPath,
): Steps<void> {
  let position = 0;
  let isOpen = false;
  for (const item of itemsOf(raw)) {
    const media = reprintMedia(kind, item, place.child(position++));
    if (media !== undefined) {
      if (!isOpen) writer.key(name).openArray();
      isOpen = true;
      writer.value(media);
    }
    yield;
  }
  if (isOpen) writer.closeArray();
}

/** One media object of a message, re-printed: what does not fit is left out. Undefined for what is no such object. */
export function reprintMedia(kind: MediaKind, raw: RawJson, place: ItemPath): RawJson | undefined {
  if (kindOf(raw) !== 'object' || isEmptyContainer(raw)) return undefined;
  const members = membersOf(raw, MEDIA_MEMBERS);
  const reference = readMediaReference(members.get('media_reference'));
  if (reference !== undefined) return printMedia(kind, members, place, { reference: reference.json });
  const isInline = coerceOptional(members.get('content'), laxString) !== undefined;
  return isInline
    ? printMedia(kind, members, place, 'inline', kind.inlineFields)
    : printMedia(kind, members, place, 'named');
}

/** Prints a media object, limited to the fields in `kept` if given. */
export function printMedia(
  kind: MediaKind,
  members: ReadonlyMap<string, RawJson>,
  place: ItemPath,
  carrier: MediaLocation,
  kept?: ReadonlySet<string>,
): RawJson {
  const printed: [string, RawJson | undefined][] = [['id', mediaId(kind, members.get('id'), place, carrier)]];
  for (const [name, coerce, byDefault] of kind.fields) {
    if (kept !== undefined && !kept.has(name)) continue;
    const value = members.has(name) ? coerceOptional(members.get(name), coerce) : byDefault;
    if (name !== 'filepath' || value !== EMPTY_STRING) printed.push([name, value]);
  }
  if (typeof carrier === 'object') printed.push(['media_reference', carrier.reference]);
  else printed.push(['content', printContent(kind, members)]);
  if (carrier !== 'inline') printed.push(['metadata', printMetadata(members.get('metadata'))]);
  return objectOf(printed);
}

/** Media without an id get one; inline images, audio and videos also for an empty one. */
function mediaId(kind: MediaKind, raw: RawJson | undefined, place: ItemPath, carrier: MediaLocation): RawJson {
  const id = coerceOptional(raw, laxString);
  const isMissing = id === undefined || (id === EMPTY_STRING && carrier === 'inline' && !kind.isFile);
  return isMissing ? derivedId(place) : id;
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

export interface MediaReference {
  readonly json: RawJson;
  /** Where the object can be fetched, if the reference says so. */
  readonly url: RawJson | undefined;
  /** False when an optional part did not fit and was left out. */
  readonly isComplete: boolean;
}

/** A pointer to media kept in an object store, or undefined for anything that does not name the object and its store. */
export function readMediaReference(raw: RawJson | undefined): MediaReference | undefined {
  if (raw === undefined || kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, REFERENCE_MEMBERS);
  if (REQUIRED_REFERENCE_MEMBERS.some((name) => coerceOptional(members.get(name), laxString) === undefined))
    return undefined;
  const printed = REFERENCE_FIELDS.map(([name, coerce]) => [name, coerceOptional(members.get(name), coerce)] as const);
  const isWhole = printed.every(([name, value]) => value !== undefined || !isPresent(members.get(name)));
  return { json: objectOf(printed), url: coerceOptional(members.get('url'), laxString), isComplete: isWhole };
}
