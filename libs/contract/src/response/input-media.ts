import {
  arrayOf,
  EMPTY_ARRAY,
  entriesOf,
  kindOf,
  membersOf,
  objectOf,
  quote,
  type RawJson,
  type Steps,
  unquote,
} from '@agno/json';

const KINDS = ['images', 'videos', 'audios', 'files'];
const MEMBERS = new Set(KINDS);

/** The media of a run's input, each kind a list, empty where there are none. */
export function* inputMedia(input: RawJson | undefined): Steps<RawJson> {
  const members = membersOf(input, MEMBERS);
  const lists: [string, RawJson][] = [];
  for (const kind of KINDS) lists.push([kind, yield* listed(members.get(kind))]);
  return objectOf(lists);
}

/** What Python's `list.extend` makes of a value: the characters of a text, the keys of an object. */
function* listed(media: RawJson | undefined): Steps<RawJson> {
  if (media === undefined) return EMPTY_ARRAY;
  switch (kindOf(media)) {
    case 'array':
      return media;
    case 'string':
      return yield* characters(unquote(media));
    case 'object':
      return arrayOf(entriesOf(media).map(([key]) => quote(key)));
    default:
      return EMPTY_ARRAY;
  }
}

/** A list of the characters of a text, made in parts: the list is up to eight times as long. */
function* characters(text: string): Steps<RawJson> {
  let list = '';
  for (const [part] of text.matchAll(/.{1,16384}/gsu)) {
    list += part.replace(/./gsu, (character) => `,${JSON.stringify(character)}`);
    yield;
  }
  return `[${list.slice(1)}]` as RawJson;
}
