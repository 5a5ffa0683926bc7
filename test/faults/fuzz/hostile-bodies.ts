import type { SeededRandom } from '../../support/seeded-random.js';
import { STORED_IDS } from './hostile-strings.js';

// biome-ignore format: one value a line would be a long list
const NAMES = [
  ...['session_id', 'session_name', 'session_state', 'metadata', 'user_id', 'agent_id', 'team_id', 'workflow_id', 'runs'],
  ...['summary', 'session_ids', 'session_types', '__proto__', 'constructor', 'toJSON', 'then', '', 'a\\u0000b', '\\ud800'],
];
// biome-ignore format: one value a line would be a long list
const SCALARS = [
  ...['null', 'true', '0', '-0', '1.0', '1e400', '-1e-400', '9007199254740993', '9'.repeat(400), '1E+2', 'NaN', 'Infinity'],
  ...['""', '"a"', '"agent"', '"team"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude42"', '"\\x"', '"\u0001"'],
  ...['"2025-01-01"', '"10000-01-01"', "'a'", 'undefined', '01', '.5', '+1', '"unterminated', '"a\\', '"\ufeff"', '"\u2028"'],
];
const DEPTHS = [50, 500, 967, 968, 969, 2_000, 20_000, 200_000];
const LENGTHS = [200, 2_000, 3_000, 9_000, 70_000, 1_000_000];
const ENCODINGS = ['utf8', 'utf16le', 'latin1'] as const;

/** A request body: mostly an object with known names and odd values; now and then no JSON, or deep, or huge. */
export function hostileBody(dice: SeededRandom): Buffer {
  switch (dice.below(40)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from(Array.from({ length: dice.below(60) }, () => dice.below(256)));
    case 2:
      return Buffer.from(deep(dice));
    case 3:
      return Buffer.from(`\ufeff${oddObject(dice)}`);
    case 4:
      return Buffer.from(oddObject(dice), dice.pick(ENCODINGS));
    case 5:
      return Buffer.from(oddValue(dice, 3));
    case 6:
      return damaged(dice, Buffer.from(oddObject(dice)));
    default:
      return Buffer.from(dice.oneIn(3) ? fittingObject(dice) : oddObject(dice));
  }
}

/** An object that the routes accept, so that the rules behind the parser are reached. */
function fittingObject(dice: SeededRandom): string {
  const id = dice.pick(STORED_IDS);
  return dice.pick([
    `{"session_name":"N${dice.below(9)}"}`,
    `{"session_ids":[${JSON.stringify(id)}],"session_types":["agent"]}`,
    `{"session_ids":[${JSON.stringify(id)}],"session_types":["agent","team"]}`,
    `{"session_id":${JSON.stringify(id)}}`,
    `{"session_state":{"a":${oddValue(dice, 3)}}}`,
    `{"metadata":{"a":${oddValue(dice, 3)}},"summary":{"summary":"S"}}`,
    `{"session_id":"new-${dice.below(50)}","runs":[{"run_id":"run-${dice.below(50)}","content":${oddValue(dice, 3)}}]}`,
    `{"session_id":"${'i'.repeat(dice.pick(LENGTHS))}"}`,
  ]);
}

function oddObject(dice: SeededRandom): string {
  const members = dice.some(5, () => `"${dice.pick(NAMES)}":${oddValue(dice, 3)}`);
  return `{${members.join(dice.oneIn(20) ? ',,' : ',')}}`;
}

function oddValue(dice: SeededRandom, levels: number): string {
  const kind = levels === 0 ? 9 : dice.below(10);
  if (kind < 2) return `[${dice.some(3, () => oddValue(dice, levels - 1)).join(',')}]`;
  if (kind < 4) return `{${dice.some(3, () => `"${dice.pick(NAMES)}":${oddValue(dice, levels - 1)}`).join(',')}}`;
  if (dice.oneIn(60)) return `"${dice.pick(['a', '\u00fc', '\\u0041', '\ud83d\ude42']).repeat(dice.pick(LENGTHS))}"`;
  return dice.pick(SCALARS);
}

function deep(dice: SeededRandom): string {
  const depth = dice.pick(DEPTHS);
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  const nest = `${open.repeat(depth)}1${dice.oneIn(3) ? '' : close.repeat(depth)}`;
  return dice.oneIn(2) ? nest : `{"session_state":{"a":${nest}}}`;
}

function damaged(dice: SeededRandom, whole: Buffer): Buffer {
  const at = dice.below(whole.length + 1);
  const instead = Buffer.from(dice.pick(['', '"', '{', '}', ']', ',', '\\', '\u0001', '\ufffd', '\ud83d\ude42']));
  return Buffer.concat([whole.subarray(0, at), instead, whole.subarray(at + dice.below(3))]);
}
