import { randomFilter } from '../../support/filter-model.js';
import type { SeededRandom } from '../../support/seeded-random.js';
import { hostileCursor, STORED_IDS } from './hostile-strings.js';

// biome-ignore format: one value per line would be too long
const NAMES = [
  ...['session_id', 'session_name', 'session_state', 'metadata', 'user_id', 'agent_id', 'team_id', 'workflow_id', 'runs'],
  ...['filter', 'op', 'key', 'value', 'values', 'condition', 'conditions', 'cursor', 'count', 'limit', 'page', 'sort_by'],
  ...['summary', 'session_ids', 'session_types', '__proto__', 'constructor', 'toJSON', 'then', '', 'a\\u0000b', '\\ud800'],
];
// biome-ignore format: one value per line would be too long
const SCALARS = [
  ...['null', 'true', '0', '-0', '1.0', '1e400', '-1e-400', '9007199254740993', '9'.repeat(400), '1E+2', 'NaN', 'Infinity'],
  ...['""', '"a"', '"agent"', '"team"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude42"', '"\\x"', '"\u0001"'],
  ...['"2025-01-01"', '"10000-01-01"', "'a'", 'undefined', '01', '.5', '+1', '"unterminated', '"a\\', '"\ufeff"', '"\u2028"'],
];
const DEPTHS = [50, 500, 967, 968, 969, 2_000, 20_000, 200_000];
const LENGTHS = [200, 2_000, 3_000, 9_000, 70_000, 1_000_000];
const ENCODINGS = ['utf8', 'utf16le', 'latin1'] as const;

/** A random request body: mostly an object with known names and unusual values, sometimes invalid JSON, deep or huge. */
export function hostileBody(random: SeededRandom): Buffer {
  switch (random.below(40)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256)));
    case 2:
      return Buffer.from(deep(random));
    case 3:
      return Buffer.from(`\ufeff${unusualObject(random)}`);
    case 4:
      return Buffer.from(unusualObject(random), random.pick(ENCODINGS));
    case 5:
      return Buffer.from(unusualValue(random, 3));
    case 6:
      return damaged(random, Buffer.from(unusualObject(random)));
    default:
      return Buffer.from(random.oneIn(3) ? validObject(random) : unusualObject(random));
  }
}

/** An object that the routes accept, so that the code behind the parser is tested too. */
function validObject(random: SeededRandom): string {
  const id = random.pick(STORED_IDS);
  return random.pick([
    `{"session_name":"N${random.below(9)}"}`,
    `{"session_ids":[${JSON.stringify(id)}],"session_types":["agent"]}`,
    `{"session_ids":[${JSON.stringify(id)}],"session_types":["agent","team"]}`,
    `{"session_id":${JSON.stringify(id)}}`,
    `{"session_state":{"a":${unusualValue(random, 3)}}}`,
    `{"metadata":{"a":${unusualValue(random, 3)}},"summary":{"summary":"S"}}`,
    `{"session_id":"new-${random.below(50)}","runs":[{"run_id":"run-${random.below(50)}","content":${unusualValue(random, 3)}}]}`,
    `{"session_id":"${'i'.repeat(random.pick(LENGTHS))}"}`,
    `{"filter":${hostileFilter(random)},"count":"none"}`,
    `{"filter":${hostileFilter(random)},"cursor":"","limit":${1 + random.below(5)},"sort_by":"updated_at"}`,
    `{"filter":${hostileFilter(random)},"cursor":${JSON.stringify(hostileCursor(random))}}`,
  ]);
}

/** A filter that is valid, but for some values and keys. */
function hostileFilter(random: SeededRandom): string {
  const filter = JSON.stringify(randomFilter(random, random.below(9)));
  if (random.oneIn(3)) return filter;
  const unusual = filter.replace(/"value":[^,{}[\]]+/, () => `"value":${unusualValue(random, 1)}`);
  return random.oneIn(2) ? unusual : unusual.replace('metadata.k', () => `summary.${random.pick(NAMES)}`);
}

function unusualObject(random: SeededRandom): string {
  const members = random.some(5, () => `"${random.pick(NAMES)}":${unusualValue(random, 3)}`);
  return `{${members.join(random.oneIn(20) ? ',,' : ',')}}`;
}

function unusualValue(random: SeededRandom, levels: number): string {
  const kind = levels === 0 ? 9 : random.below(10);
  if (kind < 2) return `[${random.some(3, () => unusualValue(random, levels - 1)).join(',')}]`;
  if (kind < 4)
    return `{${random.some(3, () => `"${random.pick(NAMES)}":${unusualValue(random, levels - 1)}`).join(',')}}`;
  if (random.oneIn(60))
    return `"${random.pick(['a', '\u00fc', '\\u0041', '\ud83d\ude42']).repeat(random.pick(LENGTHS))}"`;
  return random.pick(SCALARS);
}

function deep(random: SeededRandom): string {
  const depth = random.pick(DEPTHS);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  const nest = `${open.repeat(depth)}1${random.oneIn(3) ? '' : close.repeat(depth)}`;
  return random.oneIn(2) ? nest : `{"session_state":{"a":${nest}}}`;
}

function damaged(random: SeededRandom, whole: Buffer): Buffer {
  const index = random.below(whole.length + 1);
  const replacement = Buffer.from(random.pick(['', '"', '{', '}', ']', ',', '\\', '\u0001', '\ufffd', '\ud83d\ude42']));
  return Buffer.concat([whole.subarray(0, index), replacement, whole.subarray(index + random.below(3))]);
}
