import { arrayOf, EMPTY_ARRAY, kindOf, membersOf, objectOf, quote, type RawJson, unquote } from '../json/raw-json.js';

const KINDS = ['images', 'videos', 'audios', 'files'];

/** The media of a run's input, each kind a list, empty where there are none. */
export function inputMedia(input: RawJson | undefined): RawJson {
  const members = input !== undefined && kindOf(input) === 'object' ? membersOf(input) : new Map<string, RawJson>();
  return objectOf(KINDS.map((kind) => [kind, listed(members.get(kind))]));
}

/** What Python's `list.extend` makes of a value: the characters of a text, the keys of an object. */
function listed(media: RawJson | undefined): RawJson {
  if (media === undefined) return EMPTY_ARRAY;
  switch (kindOf(media)) {
    case 'array':
      return media;
    case 'string':
      return arrayOf(Array.from(unquote(media), quote));
    case 'object':
      return arrayOf(Array.from(membersOf(media).keys(), quote));
    default:
      return EMPTY_ARRAY;
  }
}
