import type { SeededRandom } from '../../support/seeded-random.js';

const NUMBERS = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '7',
    '1.0',
    '1.5',
    '-2.50',
    '1e3',
    '1E-7',
    '1e22',
    '0.1',
    '100.0',
    '1760000000',
    '-62135596801',
  ],
  ...[
    '253402300799',
    '253402300800',
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
    '1e308',
    '5e-324',
  ],
];
const STRINGS = [
  ...[
    '""',
    '" "',
    '"a"',
    '"text"',
    '"1"',
    '"1.0"',
    '"true"',
    '"None"',
    '"ü🙂"',
    '"it\'s"',
    '"a\\"b"',
    '"\\\\"',
    '"\\n\\t"',
  ],
  ...['"\\u2028"', '"user"', '"assistant"', '"system"', '"agent"', '"team"', '"2025-10-09T08:53:20Z"'],
  ...[
    '"2025-10-09"',
    '"2025-10-09 08:53:20.5+02:00"',
    '"COMPLETED"',
    '"running"',
    '"data:image/png;base64,aGk="',
    '"aGk="',
  ],
  `"${'long '.repeat(70)}"`,
];
const SCALARS = [...NUMBERS, ...STRINGS, 'null', 'null', 'true', 'false', '[]', '{}'];

/** Random JSON text, sometimes nested. Keys of objects are taken from `names`. */
export function randomValue(random: SeededRandom, names: readonly string[], depth = 2): string {
  if (depth > 0 && random.oneIn(6)) {
    return `[${Array.from({ length: random.below(4) }, () => randomValue(random, names, depth - 1)).join(',')}]`;
  }
  if (depth > 0 && random.oneIn(5)) return randomObject(random, names, depth);
  return random.pick(SCALARS);
}

/** Random JSON text of an object with some of these keys. */
export function randomObject(random: SeededRandom, names: readonly string[], depth = 2): string {
  const keys = new Set(random.some(5, () => random.pick([...names, '__proto__', 'constructor', '', '10', '9', 'ü'])));
  return `{${[...keys].map((key) => `${JSON.stringify(key)}:${randomValue(random, names, depth - 1)}`).join(',')}}`;
}
