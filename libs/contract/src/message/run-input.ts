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
} from '@agno/json';
import { reprintInputMedia } from './input-media.js';
import type { MediaPlace } from './media.js';
import { AUDIO, FILE, IMAGE, type MediaKind, VIDEO } from './media-kinds.js';

const MEDIA: readonly (readonly [name: string, kind: MediaKind])[] = [
  ['images', IMAGE],
  ['videos', VIDEO],
  ['audios', AUDIO],
  ['files', FILE],
];

const MEMBERS = new MemberNames(['input_content', ...MEDIA.map(([name]) => name)]);

/**
 * The input of a run as AgentOS holds it after reading it back: content and media, nothing else. A missing content is `""`,
 * a null one is left out; media that cannot be read back are left out. Undefined when the run has no input of this form.
 */
export function rebuiltRunInput(input: RawJson, runId: RawJson): RawJson | undefined {
  if (kindOf(input) !== 'object' || !isTruthy(input)) return undefined;
  const members = membersOf(input, MEMBERS);
  const content = members.has('input_content') ? members.get('input_content') : EMPTY_STRING;
  return objectOf([
    ['input_content', content === NULL ? undefined : content],
    ...MEDIA.map(([name, kind]) => [name, readBack(kind, members.get(name), [runId, 'input', name])] as const),
  ]);
}

function readBack(kind: MediaKind, raw: RawJson | undefined, place: MediaPlace): RawJson | undefined {
  const items = Array.from(itemsOf(raw), (item, position) => reprintInputMedia(kind, item, [...place, position]));
  const shown = items.filter((item) => item !== undefined);
  return shown.length === 0 ? undefined : arrayOf(shown);
}
