import { digestOf } from '@session-service/contract';
import type { SeededRandom } from '../../support/seeded-random.js';

/** The session ids in the tables at the start of every batch. */
export const STORED_IDS = ['kept-0', 'kept-1', 'kept-2', 'kept-3', 'kept/4', 'kept 5 ü'];

// biome-ignore format: one value per line would be too long
const ENCODED = [
  ...['', '%20', '%00', '%ZZ', '%', '%E', '%C3%28', '%ED%A0%80', '%F0%9F%99%82', '%FF%FE', '%0d%0aX: y', '%2e%2e', '%2F'],
  ...['a+b', 'null', 'undefined', 'NaN', 'true', '[]', '{}', '__proto__', 'constructor', 'toString', '\u00fc', '\u0080'],
  ...["'", "''", "' OR 1=1 --", "';DROP TABLE ai.agno_sessions;--", '$1', '$$', '\\', '%5C', '"', '`id`', '#{x}', '{{x}}'],
  ...['../../etc/passwd', '..%2f..%2fetc%2fpasswd', '<script>alert(1)</script>', '%s%n', 'agent', 'team', 'workflow'],
];
const WILDCARDS = ['%25', '_', '%25_', '%25a', 'a%25', '_%25a', '%25%5C', '%5C_'];
// biome-ignore format: one value per line would be too long
const INTEGERS = [
  ...['0', '1', '2', '20', '1000', '-1', '-0', '%2B5', '+5', '05', '1.0', '1.5', '1e2', '1e999', '1_0', '0x10', '%207', '\u0663'],
  ...['2147483647', '2147483648', '4294967296', '9007199254740993', '9223372036854775807', '9223372036854775808'],
  ...['-9223372036854775808', '-9223372036854775809', '99999999999999999999999999', '', 'x', 'Infinity', '[1]', '1;2'],
];
// biome-ignore format: one value per line would be too long
const COLUMNS = [
  ...['created_at', 'updated_at', 'session_id', 'user_id', 'runs', 'session_data', 'metadata', 'CREATED_AT', 'name'],
  ...['created_at;SELECT pg_sleep(5)', "created_at'", '(SELECT 1)', 'created_at,session_id', 'created_at DESC', '1', '"x"'],
  ...['__proto__', 'constructor', 'keys', 'values', '__class__', 'session_data->>0', 'pg_sleep(5)', 'ctid', 'xmin'],
];
const FLAGS = ['true', 'false', '1', '0', 'yes', 'off', 'True', '', '2', 'null'];
const TYPES = ['agent', 'team', 'workflow', 'Agent', '', 'x', 'agent%00'];

/** A random string for a path or query, percent-encoded or not. */
export function hostileString(random: SeededRandom): string {
  switch (random.below(8)) {
    case 0:
      return random.pick(STORED_IDS.map(encodeURIComponent));
    case 1:
      return random.pick(ENCODED) + random.pick(ENCODED);
    case 2:
      return random.pick(['a', '%41', '%F0%9F%99%82', '%25', '_', "'"]).repeat(random.pick([10, 100, 300, 1500, 6000]));
    case 3:
      return Array.from({ length: 1 + random.below(12) }, () => percent(random.below(256))).join('');
    default:
      return random.pick(ENCODED);
  }
}

/** A random query string: known parameters with valid or unusual values, unknown and repeated parameters. */
export function hostileQuery(random: SeededRandom): string {
  const parts = random.some(4, () => {
    const [name, value] = random.pick(PARAMETERS);
    if (random.oneIn(12)) return hostileString(random);
    return `${random.oneIn(20) ? name.toUpperCase() : name}=${value(random)}`;
  });
  return parts.length === 0 ? '' : `?${parts.join(random.oneIn(20) ? ';' : '&')}`;
}

const PARAMETERS: readonly [name: string, value: (random: SeededRandom) => string][] = [
  ['limit', (random) => random.pick(INTEGERS)],
  ['page', (random) => random.pick(INTEGERS)],
  ['created_after', (random) => random.pick(INTEGERS)],
  ['created_before', (random) => random.pick(INTEGERS)],
  ['updated_after', (random) => random.pick(INTEGERS)],
  ['updated_before', (random) => random.pick(INTEGERS)],
  ['count', (random) => random.pick(['none', 'exact', '', 'NONE', '0'])],
  ['cursor', (random) => (random.oneIn(4) ? hostileString(random) : hostileCursor(random))],
  ['cursor', hostileRunCursor],
  ['cursor', hostileMessageCursor],
  ['format', (random) => random.pick(['agno', 'ai-sdk', 'ag-ui', 'agui', ''])],
  ['include', (random) => random.pick(['tools', 'members,reasoning', 'tools,members,reasoning', 'all', ',', ''])],
  ['roles', (random) => random.pick(['user', 'tool', 'assistant,tool', 'system', 'bot', ''])],
  ['order', (random) => random.pick(['asc', 'desc', 'ASC', '', 'desc;--'])],
  ['top_level', (random) => random.pick(FLAGS)],
  ['parent_run_id', hostileString],
  ['metadata.a', hostileString],
  ['metadata.a.b', (random) => random.pick(INTEGERS)],
  ['metadata.', (random) => random.pick(['null', 'true', '1e999', '1e-999', '-0', `0.${'1'.repeat(200)}`])],
  ['sort_by', (random) => (random.oneIn(3) ? hostileString(random) : random.pick(COLUMNS))],
  ['sort_order', (random) => random.pick(['asc', 'desc', 'ASC', '', 'x', 'asc;--', '1'])],
  ['session_name', (random) => (random.oneIn(2) ? wildcardBomb(random) : hostileString(random))],
  ['type', (random) => random.pick(TYPES)],
  ['status', (random) => random.pick(['COMPLETED', 'running', '', 'x', '%00', 'ERROR&status=PAUSED'])],
  ['component_id', hostileString],
  ['user_id', hostileString],
  ['db_id', (random) => random.pick(['default', '', 'x', '__proto__', 'toString', hostileString(random)])],
  ['table', (random) => random.pick(['agno_sessions', 'agno_runs', 'pg_class', '', 'x', hostileString(random)])],
  ['delete_media', (random) => random.pick(FLAGS)],
  ['chat_history', (random) => random.pick(FLAGS)],
  ['view', (random) => random.pick(['editable', 'editable', '', 'EDITABLE', '%00'])],
  ['if_exists', (random) => random.pick(['do_nothing', 'do_nothing', 'raise', '', 'x'])],
];

/** The digest of the cursors of a list without filters. */
const UNFILTERED = digestOf(['default', ...Array(6).fill(null)]);

/** A text in the form of a cursor, often of an order that lists have, with values that may not fit. */
export function hostileCursor(random: SeededRandom): string {
  const numbers = ['1', '-1', '', 'x', '1e5', '99999999999999999999', '9'.repeat(5_000), 'NaN'];
  const value = random.pick([null, ...numbers, '\0', 7]);
  const id = random.pick(['kept-0', '', '\0', '\ud800', 'x'.repeat(3_000), null, {}]);
  const order = [random.pick(['created_at', 'updated_at']), random.pick(['asc', 'desc'])];
  const parts = [
    random.pick([1, 1, 1, 2]),
    ...order,
    random.pick(['', 'A'.repeat(16), UNFILTERED, UNFILTERED]),
    value,
    id,
  ];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** A text in the form of a cursor of runs, of every layout, often with the digest of a stored session's runs. */
function hostileRunCursor(random: SeededRandom): string {
  const session = random.pick(STORED_IDS);
  const unfiltered = digestOf(['default', session, false, null, ...Array(6).fill(null)]);
  const values = [
    null,
    '0',
    '1',
    '-1',
    '',
    'x',
    '1e5',
    '99999999999999999999',
    '9'.repeat(5_000),
    '\0',
    '\ud800',
    7,
    {},
  ];
  const parts = [
    random.pick(['runs-1', 'runs-1', 'runs-1', 1]),
    random.pick(['asc', 'desc']),
    random.pick(['', unfiltered, unfiltered]),
    random.pick(['table', 'column', 'mixed']),
    random.pick(['key', 'entries']),
    ...Array.from({ length: random.pick([2, 3, 3, 4, 16, 18]) }, () => random.pick(values)),
  ];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** A text in the form of a cursor of messages, which begins like one of runs. */
function hostileMessageCursor(random: SeededRandom): string {
  const run: unknown[] = JSON.parse(Buffer.from(hostileRunCursor(random), 'base64url').toString());
  const session = random.pick(STORED_IDS);
  const shown = [null, false, false, false];
  const digest = digestOf(['default', null, null, session, null, 'agno', 'desc', shown]);
  const index = () => random.pick([0, 0, 1, 2 ** 31, 2 ** 53, -1, 0.5, '0', null]);
  const parts = [
    'messages-1',
    run[1],
    digest,
    random.pick(['after', 'before', 'at']),
    index(),
    index(),
    ...run.slice(3),
  ];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function wildcardBomb(random: SeededRandom): string {
  return (
    Array.from({ length: 1 + random.below(400) }, () => random.pick(WILDCARDS)).join('') + random.pick(['', 'b', 'a'])
  );
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}
