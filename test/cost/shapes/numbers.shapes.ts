import { arrayOf } from './json-builders.js';
import { type SessionShape, sessionShape } from './shape.js';

/** PostgreSQL expands numbers such as 1e308 to all digits, so that 413 for the expanded size is allowed. */
const EXPANDED = { statuses: [200, 201, 413] };

function inState(number: string, maxBytes: number, options: Partial<SessionShape> = {}): SessionShape {
  const value = (bytes: number) => ({ state: `{"list":${arrayOf(number, bytes)}}` });
  return sessionShape(`${describeNumber(number)} in state`, value, { maxBytes, ...options });
}

function inInput(number: string, maxBytes: number, options: Partial<SessionShape> = {}): SessionShape {
  const value = (bytes: number) => ({
    runs: [`{"run_id":"r0","agent_id":"a","input":{"input_content":${arrayOf(number, bytes)}}}`],
  });
  return sessionShape(`${describeNumber(number)} in an input`, value, { maxBytes, ...options });
}

function describeNumber(number: string): string {
  return number.length > 20 ? `integers of ${number.length} digits` : `many ${number}`;
}

const message = (index: number) =>
  `{"id":"m${index}","role":"user","content":"x","created_at":1e2,"checkpoint_created_at":"1_0.0","from_history":0.0,` +
  `"metrics":{"input_tokens":-0,"cost":1e-7,"duration":1.50,"time_to_first_token":12345678901234567890}}`;

const longNumberMessage = (index: number) =>
  `{"id":"m${index}","role":"user","content":"x","created_at":${'8'.repeat(4_300)},"metrics":{"cost":${'9'.repeat(4_300)}}}`;

export const NUMBERS: readonly SessionShape[] = [
  inState('9'.repeat(4_300), 16_600_000),
  inInput('9'.repeat(4_300), 16_600_000),
  // Once PostgreSQL has expanded the numbers, the largest value is just below the size limit of stored values.
  inState('1e308', 3_900_000, { ...EXPANDED, isQuick: true }),
  inInput('1e308', 3_900_000, EXPANDED),
  inInput('1e-300', 4_700_000, EXPANDED),
  inState('1.5e300', 5_400_000, EXPANDED),
  inState('0.1', 3_900_000),
  inInput('0.1', 3_900_000),
  sessionShape('numbers in messages', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","messages":${arrayOf(message, bytes, 12)}}`],
  })),
  sessionShape('long integers in messages', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","messages":${arrayOf(longNumberMessage, bytes, 7)}}`],
  })),
];
