import {
  dumpsIndented,
  itemsOf,
  kindOf,
  MemberNames,
  membersOf,
  pythonRepr,
  quote,
  type RawJson,
  type Steps,
} from '@agno/json';

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
