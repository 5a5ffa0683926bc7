import {
  EMPTY_STRING,
  isEmptyContainer,
  isPresent,
  itemsOf,
  type JsonWriter,
  kindOf,
  membersOf,
  objectOf,
  type RawJson,
  type Steps,
} from '@agno/json';
import { derivedId, type ItemPath } from './derived-id.js';
import { coerceOptional, laxObject, laxString } from './lax-values.js';
import { MEDIA_MEMBERS, type MediaKind } from './media-kinds.js';
import { readMediaReference } from './media-reference.js';

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
