import { JsonLimitExceeded, JsonSyntaxError, kindOf, membersOf, type RawJson, readJson, runSync } from '@agno/json';
import type { HttpProblem } from '../errors/http-problem.js';
import { MAX_DEPTH, MAX_INTEGER_DIGITS } from '../request/body.js';
import { decodeText, InvalidEncoding } from '../request/json-encoding.js';
import { invalidToken } from './token-problems.js';
import { utf8DecodeError } from './utf8-fault.js';

/**
 * Reads the header or the payload of a token.
 *
 * @throws HttpProblem 401 with what Python's reader says of bytes that are not a JSON object
 */
export function readTokenJson(part: 'header' | 'payload', bytes: Uint8Array): ReadonlyMap<string, RawJson> {
  const unreadable = (reason: string): HttpProblem => invalidToken(`Invalid ${part} string: ${reason}`);
  try {
    // A token is no longer than the head of a request.
    const { root } = runSync(readJson(decodeText(bytes), TOKEN_JSON_LIMITS));
    if (kindOf(root) === 'object') return membersOf(root);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadable(pythonErrorMessage(error, decodeText(bytes)));
    if (error instanceof InvalidEncoding || error instanceof JsonLimitExceeded)
      throw unreadable(utf8DecodeError(bytes) ?? 'it cannot be read');
    throw error;
  }
  throw unreadable('must be a json object');
}

const TOKEN_JSON_LIMITS = { depth: MAX_DEPTH, digits: MAX_INTEGER_DIGITS, values: Infinity, growth: Infinity };

/** `str(JSONDecodeError)`. */
function pythonErrorMessage({ reason, position }: JsonSyntaxError, text: string): string {
  const before = Array.from(text).slice(0, position);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = position - before.lastIndexOf('\n');
  return `${reason}: line ${line} column ${column} (char ${position})`;
}
