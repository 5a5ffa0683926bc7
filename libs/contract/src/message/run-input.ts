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
import type { Place } from './derived-id.js';
import { reprintInputMedia } from './input-media.js';
import { AUDIO, FILE, IMAGE, type MediaKind, VIDEO } from './media-kinds.js';

const MEDIA: readonly (readonly [name: string, kind: MediaKind])[] = [
  ['images', IMAGE],
  ['videos', VIDEO],
  ['audios', AUDIO],
  ['files', FILE],
];

/** A name is made of the input, and shows no more of it than this, in characters: further media are left out. */
const ENOUGH = 65_536;

const MEMBERS = new MemberNames(['input_content', ...MEDIA.map(([name]) => name)]);

/**
 * The input of a run as AgentOS holds it after reading it back: content and media, nothing else. A missing content is `""`,
 * a null one is left out; media that cannot be read back are left out. Undefined when the run has no input of this form.
 */
export function* rebuiltRunInput(input: RawJson, place: Place): Steps<RawJson | undefined> {
  if (kindOf(input) !== 'object' || !isTruthy(input)) return undefined;
  const members = membersOf(input, MEMBERS);
  const content = members.has('input_content') ? members.get('input_content') : EMPTY_STRING;
  const printed: [string, RawJson | undefined][] = [['input_content', content === NULL ? undefined : content]];
  for (const [name, kind] of MEDIA) printed.push([name, yield* readBack(kind, members.get(name), place.inside(name))]);
  return objectOf(printed);
}

function* readBack(kind: MediaKind, raw: RawJson | undefined, place: Place): Steps<RawJson | undefined> {
  const shown: RawJson[] = [];
  let position = 0;
  let length = 0;
  for (const item of itemsOf(raw)) {
    const media = reprintInputMedia(kind, item, place.inside(position++));
    if (media !== undefined) shown.push(media);
    length += media?.length ?? 0;
    if (length > ENOUGH) break;
    yield;
  }
  return shown.length === 0 ? undefined : arrayOf(shown);
}
