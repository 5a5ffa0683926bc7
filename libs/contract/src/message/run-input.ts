import {
  arrayOf,
  EMPTY_STRING,
  isPresent,
  isTruthy,
  itemsOf,
  kindOf,
  membersOf,
  type RawJson,
} from '../json/raw-json.js';
import { reprintInputMedia } from './input-media.js';
import { AUDIO, FILE, IMAGE, type MediaKind, VIDEO } from './media-kinds.js';
import { ObjectText } from './object-text.js';

const MEDIA: readonly (readonly [name: string, kind: MediaKind])[] = [
  ['images', IMAGE],
  ['videos', VIDEO],
  ['audios', AUDIO],
  ['files', FILE],
];

/**
 * The input of a run as AgentOS holds it after reading it back: content and media, nothing else. A missing content is `""`,
 * a null one is left out; media that cannot be read back are left out. Undefined when the run has no input of this form.
 */
export function rebuiltRunInput(input: RawJson): RawJson | undefined {
  if (kindOf(input) !== 'object' || !isTruthy(input)) return undefined;
  const members = membersOf(input);
  const content = members.has('input_content') ? members.get('input_content') : EMPTY_STRING;
  const printed = new ObjectText();
  if (isPresent(content)) printed.add('input_content', content);
  for (const [name, kind] of MEDIA) printed.add(name, readBack(kind, members.get(name)));
  return printed.close();
}

function readBack(kind: MediaKind, raw: RawJson | undefined): RawJson | undefined {
  if (raw === undefined || kindOf(raw) !== 'array') return undefined;
  const items = itemsOf(raw).map((item) => reprintInputMedia(kind, item));
  const shown = items.filter((item) => item !== undefined);
  return shown.length === 0 ? undefined : arrayOf(shown);
}
