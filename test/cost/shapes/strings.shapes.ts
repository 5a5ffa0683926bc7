import { stringOf } from './json-builders.js';
import { type SessionShape, type SessionValue, sessionShape } from './shape.js';

/** What a string is made of: scripts, and each way to write a character in JSON. */
const UNITS: Readonly<Record<string, string>> = {
  ascii: 'x',
  latin: 'é',
  cyrillic: 'Ж',
  emoji: '😀',
  'mixed-scripts': 'aЖ漢😀\\n',
  quotes: '\\"',
  backslashes: '\\\\',
  slashes: '\\/',
  newlines: '\\n',
  'control-characters': '\\u0001',
  'escaped-nul': '\\u0000',
  'escaped-cyrillic': '\\u0416',
  'escaped-emoji': '\\ud83d\\ude00',
};

/** Units of which SQL must store the string: the service takes control characters out of what it stores. */
const CLEANED = new Set(['control-characters']);

const PARTS = 8;

/** A string in each place that takes one: an eighth of the bytes in each. */
function everywhere(unit: string, bytes: number): SessionValue {
  const part = stringOf(unit, bytes / PARTS);
  return {
    name: part,
    state: `{"text":${part}}`,
    metadata: `{"text":${part}}`,
    summary: `{"summary":${part}}`,
    runs: [
      `{"run_id":"r0","agent_id":"a","content":${part},"input":{"input_content":{"text":${part}}},` +
        `"messages":[{"id":"m0","role":"user","content":${part}},` +
        `{"id":"m1","role":"assistant","content":"x","reasoning_content":${part}}]}`,
    ],
  };
}

const inRun = (members: string): SessionValue => ({ runs: [`{"run_id":"r0","agent_id":"a",${members}}`] });

/** The whole string in one place. */
const PLACES: Readonly<Record<string, (text: string) => SessionValue>> = {
  'in an input list': (text) => inRun(`"input":[${text}]`),
  'in an input object': (text) => inRun(`"input":{"input_content":{"text":${text}}}`),
  'in a message': (text) => inRun(`"messages":[{"role":"user","content":${text}}]`),
};

/** Which units stand in which place. */
const PLACED: readonly (readonly [unitName: string, place: string])[] = [
  ['ascii', 'in an input list'],
  ['cyrillic', 'in an input object'],
  ['emoji', 'in an input list'],
  ['quotes', 'in an input object'],
  ['backslashes', 'in an input list'],
  ['control-characters', 'in an input list'],
  ['control-characters', 'in an input object'],
];

function placed(place: string, text: string): SessionValue {
  return PLACES[place]?.(text) ?? {};
}

/** Patterns for a long name: many wildcards, at the beginning, at the end, and without a match. */
const LIST_QUERIES = ['%a'.repeat(127), '_'.repeat(256), `${'a%'.repeat(127)}b`, 'x'].map(
  (pattern) => `session_name=${encodeURIComponent(pattern)}`,
);

const inName = (unit: string) => (bytes: number) => ({ name: stringOf(unit, bytes) });

const storingOf = (unitName: string) => (CLEANED.has(unitName) ? { storing: 'both' as const } : {});

export const STRINGS: readonly SessionShape[] = [
  ...Object.entries(UNITS).map(([name, unit]) =>
    sessionShape(`${name} everywhere`, (bytes) => everywhere(unit, bytes), storingOf(name)),
  ),
  ...PLACED.map(([unitName, place]) =>
    sessionShape(`${unitName} ${place}`, (bytes) => placed(place, stringOf(UNITS[unitName] ?? 'x', bytes)), {
      ...storingOf(unitName),
      isQuick: unitName === 'ascii' || unitName === 'control-characters',
    }),
  ),
  sessionShape('name of many a', inName('a'), { listQueries: LIST_QUERIES, isQuick: true }),
  sessionShape('name of many Cyrillic letters', inName('Ж'), { listQueries: LIST_QUERIES }),
  sessionShape('name of control characters', inName('\\u0001'), { storing: 'both' }),
];
