import type { SeededRandom } from '../../support/seeded-random.js';

/** The ids that the tables hold at the start of every batch. */
export const STORED_IDS = ['kept-0', 'kept-1', 'kept-2', 'kept-3', 'kept/4', 'kept 5 ü'];

// biome-ignore format: one value a line would be a long list
const ENCODED = [
  ...['', '%20', '%00', '%ZZ', '%', '%E', '%C3%28', '%ED%A0%80', '%F0%9F%99%82', '%FF%FE', '%0d%0aX: y', '%2e%2e', '%2F'],
  ...['a+b', 'null', 'undefined', 'NaN', 'true', '[]', '{}', '__proto__', 'constructor', 'toString', '\u00fc', '\u0080'],
  ...["'", "''", "' OR 1=1 --", "';DROP TABLE ai.agno_sessions;--", '$1', '$$', '\\', '%5C', '"', '`id`', '#{x}', '{{x}}'],
  ...['../../etc/passwd', '..%2f..%2fetc%2fpasswd', '<script>alert(1)</script>', '%s%n', 'agent', 'team', 'workflow'],
];
const WILDCARDS = ['%25', '_', '%25_', '%25a', 'a%25', '_%25a', '%25%5C', '%5C_'];
// biome-ignore format: one value a line would be a long list
const INTEGERS = [
  ...['0', '1', '2', '20', '1000', '-1', '-0', '%2B5', '+5', '05', '1.0', '1.5', '1e2', '1e999', '1_0', '0x10', '%207', '\u0663'],
  ...['2147483647', '2147483648', '4294967296', '9007199254740993', '9223372036854775807', '9223372036854775808'],
  ...['-9223372036854775808', '-9223372036854775809', '99999999999999999999999999', '', 'x', 'Infinity', '[1]', '1;2'],
];
// biome-ignore format: one value a line would be a long list
const COLUMNS = [
  ...['created_at', 'updated_at', 'session_id', 'user_id', 'runs', 'session_data', 'metadata', 'CREATED_AT', 'name'],
  ...['created_at;SELECT pg_sleep(5)', "created_at'", '(SELECT 1)', 'created_at,session_id', 'created_at DESC', '1', '"x"'],
  ...['__proto__', 'constructor', 'keys', 'values', '__class__', 'session_data->>0', 'pg_sleep(5)', 'ctid', 'xmin'],
];
const FLAGS = ['true', 'false', '1', '0', 'yes', 'off', 'True', '', '2', 'null'];
const TYPES = ['agent', 'team', 'workflow', 'Agent', '', 'x', 'agent%00'];

/** Text for a path or query as a client might write it, percent-encoded or not. */
export function hostileString(dice: SeededRandom): string {
  switch (dice.below(8)) {
    case 0:
      return dice.pick(STORED_IDS.map(encodeURIComponent));
    case 1:
      return dice.pick(ENCODED) + dice.pick(ENCODED);
    case 2:
      return dice.pick(['a', '%41', '%F0%9F%99%82', '%25', '_', "'"]).repeat(dice.pick([10, 100, 300, 1500, 6000]));
    case 3:
      return Array.from({ length: 1 + dice.below(12) }, () => percent(dice.below(256))).join('');
    default:
      return dice.pick(ENCODED);
  }
}

/** A query that sometimes makes sense: known names with odd values, unknown ones, repeated ones. */
export function hostileQuery(dice: SeededRandom): string {
  const parts = dice.some(4, () => {
    const [name, value] = dice.pick(PARAMETERS);
    if (dice.oneIn(12)) return hostileString(dice);
    return `${dice.oneIn(20) ? name.toUpperCase() : name}=${value(dice)}`;
  });
  return parts.length === 0 ? '' : `?${parts.join(dice.oneIn(20) ? ';' : '&')}`;
}

const PARAMETERS: readonly [name: string, value: (dice: SeededRandom) => string][] = [
  ['limit', (dice) => dice.pick(INTEGERS)],
  ['page', (dice) => dice.pick(INTEGERS)],
  ['created_after', (dice) => dice.pick(INTEGERS)],
  ['created_before', (dice) => dice.pick(INTEGERS)],
  ['sort_by', (dice) => (dice.oneIn(3) ? hostileString(dice) : dice.pick(COLUMNS))],
  ['sort_order', (dice) => dice.pick(['asc', 'desc', 'ASC', '', 'x', 'asc;--', '1'])],
  ['session_name', (dice) => (dice.oneIn(2) ? wildcardBomb(dice) : hostileString(dice))],
  ['type', (dice) => dice.pick(TYPES)],
  ['status', (dice) => dice.pick(['COMPLETED', 'running', '', 'x', '%00', 'ERROR&status=PAUSED'])],
  ['component_id', hostileString],
  ['user_id', hostileString],
  ['db_id', (dice) => dice.pick(['default', '', 'x', '__proto__', 'toString', hostileString(dice)])],
  ['table', (dice) => dice.pick(['agno_sessions', 'agno_runs', 'pg_class', '', 'x', hostileString(dice)])],
  ['delete_media', (dice) => dice.pick(FLAGS)],
];

function wildcardBomb(dice: SeededRandom): string {
  return Array.from({ length: 1 + dice.below(400) }, () => dice.pick(WILDCARDS)).join('') + dice.pick(['', 'b', 'a']);
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}
