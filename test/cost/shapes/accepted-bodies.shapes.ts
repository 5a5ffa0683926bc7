import { arrayOf, itemsOf, nestedObjects, stringOf } from './json-builders.js';
import { type BodyShape, bodyShape } from './shape.js';

const named = (more: string) => `{"session_name":"x",${more}}`;
const ACCEPTED = { statuses: [200, 201], routes: ['POST', 'PATCH', 'merge', 'rename'] as const };

/** JSON with much white space between its tokens. */
function spacious(bytes: number): string {
  const gap = `\r\n${'\t'.repeat(8)}${' '.repeat(1_000)}`;
  return `${gap}{${gap}"session_name"${gap}:${gap}"x"${gap},"session_state":{"list":[${itemsOf(`${gap}1`, bytes).join(',')}${gap}]}}${gap}`;
}

/** Bodies that exercise parts of the parser that the session shapes do not reach. */
export const ACCEPTED_BODIES: readonly BodyShape[] = [
  bodyShape('white space', (bytes) => `${' '.repeat(bytes)}${named('"metadata":{}')}`, ACCEPTED),
  bodyShape('pretty-printed', spacious, ACCEPTED),
  bodyShape(
    'pretty-printed and deep',
    (bytes) => {
      const levels = 900;
      const inner = nestedObjects(levels, '1').replaceAll('{', `{${' '.repeat(Math.floor(bytes / levels))}`);
      return named(`"session_state":${inner}`);
    },
    ACCEPTED,
  ),
  bodyShape('duplicate keys', (bytes) => named(`"session_state":{${itemsOf('"a":1', bytes).join(',')}}`), {
    ...ACCEPTED,
    maxBytes: 5_900_000,
  }),
  bodyShape(
    'duplicate keys with long values',
    (bytes) => named(`"session_state":{${itemsOf(`"a":${stringOf('x', 100_000)}`, bytes).join(',')}}`),
    ACCEPTED,
  ),
  bodyShape('unknown members', (bytes) => named(itemsOf((index) => `"m${index}":1`, bytes).join(',')), {
    ...ACCEPTED,
    maxBytes: 10_700_000,
  }),
  bodyShape(
    'UTF-16',
    (bytes) => Buffer.from(`\ufeff${named(`"session_state":{"a":${stringOf('Ж', bytes)}}`)}`, 'utf16le'),
    ACCEPTED,
  ),
  bodyShape('UTF-32', (bytes) => utf32(named(`"session_state":{"a":"${'Ж'.repeat(bytes / 4)}"}`)), ACCEPTED),
  bodyShape('reserved metadata', (bytes) => named(`"metadata":{"agno_dispatch_chain":${arrayOf('"x"', bytes)}}`), {
    ...ACCEPTED,
    maxBytes: 3_960_000,
  }),
  bodyShape('ids to delete', (bytes) => deletion(bytes, (index) => `"s${index}"`, 20), {
    statuses: [204],
    routes: ['DELETE'],
    maxBytes: 9_000_000,
    isQuick: true,
  }),
  bodyShape('long ids to delete', (bytes) => deletion(bytes, (index) => `"${index}${'i'.repeat(2_000)}"`, 2_020), {
    statuses: [204],
    routes: ['DELETE'],
  }),
  bodyShape('escaped ids to delete', (bytes) => deletion(bytes, (index) => `"\\u0416\\"${index}"`, 28), {
    statuses: [204],
    routes: ['DELETE'],
    maxBytes: 12_000_000,
  }),
];

function deletion(bytes: number, id: (index: number) => string, bytesEach: number): string {
  const ids = itemsOf(id, (bytes * (bytesEach - 8)) / bytesEach, 2);
  return `{"session_ids":[${ids.join(',')}],"session_types":[${ids.map(() => '"agent"').join(',')}]}`;
}

function utf32(value: string): Buffer {
  const points = Array.from(value, (character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  points.forEach((point, index) => {
    bytes.writeUInt32LE(point, index * 4);
  });
  return bytes;
}
