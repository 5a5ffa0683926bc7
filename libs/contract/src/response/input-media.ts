import {
  asRaw,
  EMPTY_ARRAY,
  entriesOf,
  kindOf,
  MemberNames,
  membersOf,
  objectOf,
  type RawJson,
  type Steps,
  unquote,
} from '@agno/json';

const MEDIA_KINDS = ['images', 'videos', 'audios', 'files'];
const INPUT_MEDIA_MEMBERS = new MemberNames(MEDIA_KINDS);

/** The media of a run's input, each kind a list, empty where there are none. */
export function inputMedia(input: RawJson | undefined): RawJson | Steps<RawJson> {
  const members = membersOf(input, INPUT_MEDIA_MEMBERS);
  const areLists = MEDIA_KINDS.every((kind) => kindOf(members.get(kind) ?? EMPTY_ARRAY) === 'array');
  return areLists
    ? objectOf(MEDIA_KINDS.map((kind) => [kind, members.get(kind) ?? EMPTY_ARRAY]))
    : coerceLists(members);
}

function* coerceLists(members: ReadonlyMap<string, RawJson>): Steps<RawJson> {
  const lists: [string, RawJson][] = [];
  for (const kind of MEDIA_KINDS) lists.push([kind, yield* pythonList(members.get(kind))]);
  return objectOf(lists);
}

/** What Python's `list.extend` makes of a value: the characters of a text, the keys of an object. */
function* pythonList(media: RawJson | undefined): Steps<RawJson> {
  if (media === undefined) return EMPTY_ARRAY;
  switch (kindOf(media)) {
    case 'array':
      return media;
    case 'string':
      // A list of more characters would be longer than a JavaScript string can be.
      return media.length > MAX_CHARACTERS ? EMPTY_ARRAY : yield* listOfCharacters(unquote(media));
    case 'object':
      return yield* listOfKeys(media);
    default:
      return EMPTY_ARRAY;
  }
}

function* listOfKeys(object: RawJson): Steps<RawJson> {
  let list = '';
  for (const [key] of entriesOf(object)) {
    list += `,${JSON.stringify(key)}`;
    yield;
  }
  return asRaw(`[${list.slice(1)}]`);
}

const MAX_CHARACTERS = 50_000_000;

/** A list of the characters of a text, made in parts: the list is up to eight times as long. */
function* listOfCharacters(text: string): Steps<RawJson> {
  let list = '';
  for (const [part] of text.matchAll(/.{1,16384}/gsu)) {
    list += part.replace(/./gsu, (character) => `,${JSON.stringify(character)}`);
    yield;
  }
  return asRaw(`[${list.slice(1)}]`);
}
