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

/** A longer `run_input` is cut to this many characters and `…`: indentation can make an input 1,000 times longer. */
const MAX_INPUT_LENGTH = 1_048_576;

const INPUT_CONTENT = new MemberNames(['input_content']);

/** `run_input` of an agent or team run: the stored input content, else the last user message. */
export function runInput(run: Run): RawJson | Steps<RawJson> {
  const content = membersOf(run.get('input'), INPUT_CONTENT).get('input_content');
  return isPresent(content) ? printInput(content) : lastUserInput(run.get('messages'));
}

/** `run_input` of a workflow run: its input, else the last user message of its first step, else its own last one. */
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

/** The last user message of the first list that has one; `""` when there is none. */
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
 * Converts a stored input to text: strings unchanged, objects as indented JSON, other values as Python prints them. For
 * a list that starts with a user message, returns the content of that message, which may be any JSON value.
 *
 * @param limit number of characters after which printed JSON or Python text is cut and ends with `…`
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

const USER_MESSAGE_MEMBERS = new MemberNames(['role', 'content']);

function contentOfFirst(messages: RawJson): RawJson | undefined {
  const [first] = itemsOf(messages);
  const message = membersOf(first, USER_MESSAGE_MEMBERS);
  return message.get('role') === '"user"' ? message.get('content') : undefined;
}

/** The first content of a user message that is truthy in Python; undefined when there is none. */
export function* firstUserContent(messages: RawJson | undefined): Steps<RawJson | undefined> {
  for (const message of objectsIn(messages, USER_MESSAGE_MEMBERS)) {
    const content = message?.get('content');
    if (message?.get('role') === '"user"' && isTruthy(content)) return content;
    yield;
  }
  return undefined;
}

/** The content of the last user message, or `""` when that message has no content; undefined without a user message. */
function* lastUserContent(messages: RawJson | undefined): Steps<RawJson | undefined> {
  let last: RawJson | undefined;
  for (const message of objectsIn(messages, USER_MESSAGE_MEMBERS)) {
    if (message?.get('role') === '"user"') last = message.get('content') ?? EMPTY_STRING;
    yield;
  }
  return last;
}

const MEDIA_KINDS = ['images', 'videos', 'audios', 'files'];
const INPUT_MEDIA_MEMBERS = new MemberNames(MEDIA_KINDS);

/** The media of a run's input: one list per kind of media, possibly empty. */
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

/** Converts a value to a list as Python's `list.extend` does: a string to its characters, an object to its keys. */
function* pythonList(media: RawJson | undefined): Steps<RawJson> {
  if (media === undefined) return EMPTY_ARRAY;
  switch (kindOf(media)) {
    case 'array':
      return media;
    case 'string':
      // The list of the characters of a longer string would exceed the maximum length of a JavaScript string.
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

/** Yields after each chunk, because the list is up to eight times as long as the string. */
function* listOfCharacters(value: string): Steps<RawJson> {
  let list = '';
  for (const [chunk] of value.matchAll(/.{1,16384}/gsu)) {
    list += chunk.replace(/./gsu, (character) => `,${JSON.stringify(character)}`);
    yield;
  }
  return asRaw(`[${list.slice(1)}]`);
}
