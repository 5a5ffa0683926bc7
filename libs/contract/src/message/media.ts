import { randomUUID } from 'node:crypto';
import {
  asRaw,
  EMPTY_STRING,
  isEmptyContainer,
  isPresent,
  itemsOf,
  kindOf,
  membersOf,
  type RawJson,
} from '../json/raw-json.js';
import { fitting, laxObject, laxText } from './lax-values.js';
import { type MediaKind } from './media-kinds.js';
import { readMediaReference } from './media-reference.js';
import { ObjectText } from './object-text.js';

/** Where the bytes of a media object are: in an object store, in the JSON itself, or somewhere its fields name. */
export type MediaCarrier = 'inline' | 'named' | { readonly reference: RawJson };

/** The media of one kind that a message holds, re-printed; undefined when none can be shown. */
export function reprintMediaList(kind: MediaKind, raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'array') return undefined;
  const items = itemsOf(raw).map((item) => reprintMedia(kind, item));
  const shown = items.filter((item) => item !== undefined);
  return shown.length === 0 ? undefined : asRaw(`[${shown.join(',')}]`);
}

/** One media object of a message, re-printed: what does not fit is left out. Undefined for what is no such object. */
export function reprintMedia(kind: MediaKind, raw: RawJson): RawJson | undefined {
  if (kindOf(raw) !== 'object' || isEmptyContainer(raw)) return undefined;
  const members = membersOf(raw);
  const reference = readMediaReference(members.get('media_reference'));
  if (reference !== undefined) return printMedia(kind, members, { reference: reference.text });
  const isInline = fitting(members.get('content'), laxText) !== undefined;
  return isInline ? printMedia(kind, members, 'inline', kind.inlineFields) : printMedia(kind, members, 'named');
}

/** Prints a media object, limited to the fields in `kept` if given. */
export function printMedia(
  kind: MediaKind,
  members: ReadonlyMap<string, RawJson>,
  carrier: MediaCarrier,
  kept?: ReadonlySet<string>,
): RawJson {
  const printed = new ObjectText();
  printed.add('id', printId(kind, members.get('id'), carrier));
  for (const [name, coerce, byDefault] of kind.fields) {
    if (kept !== undefined && !kept.has(name)) continue;
    const value = members.has(name) ? fitting(members.get(name), coerce) : byDefault;
    if (name !== 'filepath' || value !== EMPTY_STRING) printed.add(name, value);
  }
  if (typeof carrier === 'object') printed.add('media_reference', carrier.reference);
  else printed.add('content', printContent(kind, members));
  if (carrier !== 'inline') printed.add('metadata', printMetadata(members.get('metadata')));
  return printed.close();
}

/** Media without an id get a new one on every read; inline images, audio and videos also for an empty one. */
function printId(kind: MediaKind, raw: RawJson | undefined, carrier: MediaCarrier): RawJson {
  const id = fitting(raw, laxText);
  const isMissing = id === undefined || (id === EMPTY_STRING && carrier === 'inline' && !kind.isFile);
  return isMissing ? asRaw(`"${randomUUID()}"`) : id;
}

function printContent(kind: MediaKind, members: ReadonlyMap<string, RawJson>): RawJson | undefined {
  const content = members.get('content');
  return isPresent(content) ? kind.printContent(content, members.get('mime_type')) : undefined;
}

function printMetadata(raw: RawJson | undefined): RawJson | undefined {
  const metadata = fitting(raw, laxObject);
  return metadata === undefined || isEmptyContainer(metadata) ? undefined : metadata;
}
