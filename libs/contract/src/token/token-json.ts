import { allAtOnce, JsonLimitExceeded, JsonSyntaxError, kindOf, membersOf, type RawJson, readJson } from '@agno/json';
import type { HttpProblem } from '../errors/http-problem.js';
import { MAX_DEPTH, MAX_INTEGER_DIGITS } from '../request/body.js';
import { decodeText, UnreadableText } from '../request/json-encoding.js';
import { invalidToken } from './token-problems.js';
import { utf8Fault } from './utf8-fault.js';

/**
 * Reads the header or the payload of a token.
 *
 * @throws HttpProblem 401 with what Python's reader says of bytes that are not a JSON object
 */
export function readTokenJson(part: 'header' | 'payload', bytes: Uint8Array): ReadonlyMap<string, RawJson> {
  const unreadable = (reason: string): HttpProblem => invalidToken(`Invalid ${part} string: ${reason}`);
  try {
    // A token is no longer than the head of a request.
    const { root } = allAtOnce(readJson(decodeText(bytes), LIMITS));
    if (kindOf(root) === 'object') return membersOf(root);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadable(pythonSentence(error, decodeText(bytes)));
    if (error instanceof UnreadableText || error instanceof JsonLimitExceeded)
      throw unreadable(utf8Fault(bytes) ?? 'it cannot be read');
    throw error;
  }
  throw unreadable('must be a json object');
}

const LIMITS = { depth: MAX_DEPTH, digits: MAX_INTEGER_DIGITS, values: Infinity, growth: Infinity };

/** `str(JSONDecodeError)`. */
function pythonSentence({ reason, position }: JsonSyntaxError, text: string): string {
  const before = Array.from(text).slice(0, position);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = position - before.lastIndexOf('\n');
  return `${reason}: line ${line} column ${column} (char ${position})`;
}
