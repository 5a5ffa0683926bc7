import { problem, unprocessable } from '../errors/http-problem.js';
import { invalidJson } from './issues.js';
import { decodeText } from './json-encoding.js';
import { JsonSyntaxError, UnreadableBody } from './json-errors.js';
import { JsonScanner } from './json-scanner.js';
import type { JsonNode } from './json-tree.js';

export interface DecodedJson {
  readonly root: JsonNode;
  /** False when nothing in it needs cleaning or can be refused by PostgreSQL: the usual case, which saves a pass. */
  readonly sawUnstorable: boolean;
}

/**
 * Decodes a JSON body as AgentOS does with Python's `json.loads`.
 *
 * @throws HttpProblem 422 `json_invalid` at the position of the first fault; 400 for a broken encoding, nesting deeper than
 * Python can read, or an integer of more than 4300 digits
 */
export function decodeJson(bytes: Uint8Array): DecodedJson {
  try {
    const scanner = new JsonScanner(decodeText(bytes));
    const root = scanner.read();
    return { root, sawUnstorable: scanner.sawUnstorable };
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unprocessable([invalidJson(error.position, error.reason)]);
    if (error instanceof UnreadableBody) throw problem(400, error.message);
    throw error;
  }
}
