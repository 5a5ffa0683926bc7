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
const TEXTS = [
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
const SCALARS = [...NUMBERS, ...TEXTS, 'null', 'null', 'true', 'false', '[]', '{}'];

/** JSON text of a value of any kind, nested now and then. `names` are what the keys of objects are taken from. */
export function randomValue(dice: SeededRandom, names: readonly string[], depth = 2): string {
  if (depth > 0 && dice.oneIn(6)) {
    return `[${Array.from({ length: dice.below(4) }, () => randomValue(dice, names, depth - 1)).join(',')}]`;
  }
  if (depth > 0 && dice.oneIn(5)) return randomObject(dice, names, depth);
  return dice.pick(SCALARS);
}

/** JSON text of an object with some of these names. */
export function randomObject(dice: SeededRandom, names: readonly string[], depth = 2): string {
  const keys = new Set(dice.some(5, () => dice.pick([...names, '__proto__', 'constructor', '', '10', '9', 'ü'])));
  return `{${[...keys].map((key) => `${JSON.stringify(key)}:${randomValue(dice, names, depth - 1)}`).join(',')}}`;
}
