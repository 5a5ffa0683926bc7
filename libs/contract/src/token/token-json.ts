import type { HttpProblem } from '../errors/http-problem.js';
import { decodeText } from '../request/json-encoding.js';
import { JsonSyntaxError, UnreadableBody } from '../request/json-errors.js';
import { JsonScanner } from '../request/json-scanner.js';
import { isObject, type JsonObject } from '../request/json-tree.js';
import { invalidToken } from './token-problems.js';
import { utf8Fault } from './utf8-fault.js';

/**
 * Reads the header or the payload of a token.
 *
 * @throws HttpProblem 401 with what Python's reader says of bytes that are not a JSON object
 */
export function readTokenJson(part: 'header' | 'payload', bytes: Uint8Array): JsonObject {
  const unreadable = (reason: string): HttpProblem => invalidToken(`Invalid ${part} string: ${reason}`);
  try {
    const root = new JsonScanner(decodeText(bytes)).read();
    if (isObject(root)) return root;
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadable(pythonSentence(error, decodeText(bytes)));
    if (error instanceof UnreadableBody) throw unreadable(utf8Fault(bytes) ?? 'it cannot be read');
    throw error;
  }
  throw unreadable('must be a json object');
}

/** `str(JSONDecodeError)`. */
function pythonSentence({ reason, position }: JsonSyntaxError, text: string): string {
  const before = Array.from(text).slice(0, position);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = position - before.lastIndexOf('\n');
  return `${reason}: line ${line} column ${column} (char ${position})`;
}
