import { arrayOf } from './json-text.js';
import { type SessionShape, sessionShape } from './shape.js';

/** Numbers whose decimal digits PostgreSQL writes out may be refused for what they would become. */
const DERIVED = { statuses: [201, 200, 413] };

const everywhere = (
  number: string,
  mostBytes: number,
  options: Partial<SessionShape> = {},
): readonly SessionShape[] => [
  sessionShape(`${shown(number)} in state`, (bytes) => ({ state: `{"list":${arrayOf(number, bytes)}}` }), {
    mostBytes,
    ...options,
  }),
  sessionShape(
    `${shown(number)} in an input`,
    (bytes) => ({ runs: [`{"run_id":"r0","agent_id":"a","input":{"input_content":${arrayOf(number, bytes)}}}`] }),
    { mostBytes, ...options },
  ),
];

function shown(number: string): string {
  return number.length > 20 ? `integers of ${number.length} digits` : `many ${number}`;
}

const message = (index: number) =>
  `{"id":"m${index}","role":"user","content":"x","created_at":1e2,"checkpoint_created_at":"1_0.0","from_history":0.0,` +
  `"metrics":{"input_tokens":-0,"cost":1e-7,"duration":1.50,"time_to_first_token":12345678901234567890}}`;

const longNumberMessage = (index: number) =>
  `{"id":"m${index}","role":"user","content":"x","created_at":${'8'.repeat(4_300)},"metrics":{"cost":${'9'.repeat(4_300)}}}`;

export const NUMBERS: readonly SessionShape[] = [
  ...everywhere('9'.repeat(4_300), 16_700_000),
  ...everywhere('1e308', 5_900_000, { ...DERIVED, isQuick: true }),
  ...everywhere('1e-300', 6_900_000, DERIVED),
  ...everywhere('1.5e300', 7_900_000, DERIVED),
  ...everywhere('0.1', 3_900_000),
  ...everywhere('-1.5', 4_900_000),
  sessionShape('numbers in messages', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","messages":${arrayOf(message, bytes, 12)}}`],
  })),
  sessionShape('long integers in messages', (bytes) => ({
    runs: [`{"run_id":"r0","agent_id":"a","messages":${arrayOf(longNumberMessage, bytes, 7)}}`],
  })),
];
