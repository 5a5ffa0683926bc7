import {
  arrayOf,
  EMPTY_STRING,
  isTruthy,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  NULL,
  objectOf,
  type RawJson,
  type Steps,
} from '@agno/json';
import type { ItemPath } from './derived-id.js';
import { reprintInputMedia } from './input-media.js';
import { AUDIO, FILE, IMAGE, type MediaKind, VIDEO } from './media-kinds.js';

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
