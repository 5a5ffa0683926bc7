import { dumpsIndented, pythonRepr } from '../json/python-text.js';
import { itemsOf, kindOf, membersOf, quote, type RawJson } from '../json/raw-json.js';

/**
 * A stored input as text: a string as it is, an object as indented JSON, a list of messages by its first user message,
 * anything else as Python prints it. A message's content is passed on as it is, and may then be no string.
 */
export function inputText(input: RawJson): RawJson {
  switch (kindOf(input)) {
    case 'string':
      return input;
    case 'object':
      return quote(dumpsIndented(input));
    case 'array':
      return userContent(itemsOf(input)[0]) ?? quote(pythonRepr(input));
    default:
      return quote(pythonRepr(input));
  }
}

function userContent(item: RawJson | undefined): RawJson | undefined {
  if (item === undefined || kindOf(item) !== 'object') return undefined;
  const message = membersOf(item);
  return message.get('role') === '"user"' ? message.get('content') : undefined;
}
