import {
  asRaw,
  dumpsIndented,
  EMPTY_ARRAY,
  EMPTY_STRING,
  entriesOf,
  isPresent,
  isTruthy,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  objectOf,
  objectsIn,
  pythonRepr,
  quote,
  type RawJson,
  type Steps,
  shortened,
  unquote,
} from '@session-service/json';
import type { Run } from '../stored-session.js';

/** Characters after which `run_input` ends with `…`: printed with indentation, a nested input grows a thousandfold. */
const MAX_INPUT_LENGTH = 1_048_576;

const INPUT_CONTENT = new MemberNames(['input_content']);

/** `run_input` of an agent or team run: its stored input content, else its last user message. */
export function runInput(run: Run): RawJson | Steps<RawJson> {
  const content = membersOf(run.get('input'), INPUT_CONTENT).get('input_content');
  return isPresent(content) ? printInput(content) : lastUserInput(run.get('messages'));
}

/** `run_input` of a workflow run: its input, else the last user message of its first step, else its own. */
export function workflowRunInput(run: Run): RawJson | Steps<RawJson> {
  const input = run.get('input');
  return isPresent(input) ? printInput(input) : lastUserInput(messagesOfFirstStep(run), run.get('messages'));
}

function printInput(input: RawJson): RawJson | Steps<RawJson> {
  return kindOf(input) === 'string' ? shortened(input, MAX_INPUT_LENGTH) : printStructuredInput(input);
}

function* printStructuredInput(input: RawJson): Steps<RawJson> {
  return shortened(yield* inputText(input, MAX_INPUT_LENGTH), MAX_INPUT_LENGTH);
}

/** The last user message in the first of the lists that has one. */
function* lastUserInput(...lists: readonly (RawJson | undefined)[]): Steps<RawJson> {
  for (const messages of lists) {
    const content = yield* lastUserContent(messages);
    if (content !== undefined) return shortened(content, MAX_INPUT_LENGTH);
  }
  return EMPTY_STRING;
}

const MESSAGES = new MemberNames(['messages']);

function messagesOfFirstStep(run: Run): RawJson | undefined {
  const [first] = itemsOf(run.get('step_executor_runs'));
  return membersOf(first, MESSAGES).get('messages');
}

/**
 * A stored input as text: a string as it is, an object as indented JSON, a list of messages by its first user message,
 * anything else as Python prints it. A message's content is passed on as it is, and may then be no string.
 *
 * @param limit characters after which a printed text ends with `…`
 */
export function* inputText(input: RawJson, limit: number): Steps<RawJson> {
  switch (kindOf(input)) {
    case 'string':
      return input;
    case 'object':
      return quote(yield* dumpsIndented(input, limit));
    case 'array':
      return contentOfFirst(input) ?? quote(yield* pythonRepr(input, limit));
    default:
      return quote(yield* pythonRepr(input, limit));
  }
}

const FIRST_MESSAGE_MEMBERS = new MemberNames(['role', 'content']);

function contentOfFirst(messages: RawJson): RawJson | undefined {
  const [first] = itemsOf(messages);
  const message = membersOf(first, FIRST_MESSAGE_MEMBERS);
  return message.get('role') === '"user"' ? message.get('content') : undefined;
}

const USER_MESSAGE_MEMBERS = new MemberNames(['role', 'content']);

/** The first truthy content of a user message; undefined where no user message has one. */
export function* firstUserContent(messages: RawJson | undefined): Steps<RawJson | undefined> {
  for (const message of objectsIn(messages, USER_MESSAGE_MEMBERS)) {
    const content = message?.get('content');
    if (message?.get('role') === '"user"' && isTruthy(content)) return content;
    yield;
  }
  return undefined;
}

/** The content of the last user message, `""` when it has none; undefined where there is no user message. */
export function* lastUserContent(messages: RawJson | undefined): Steps<RawJson | undefined> {
  let last: RawJson | undefined;
  for (const message of objectsIn(messages, USER_MESSAGE_MEMBERS)) {
    if (message?.get('role') === '"user"') last = message.get('content') ?? EMPTY_STRING;
    yield;
  }
  return last;
}

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
