import { stringOf } from './json-builders.js';
import { type SessionShape, type SessionValue, sessionShape } from './shape.js';

/** Units that are repeated to long strings, by name: several scripts, and each JSON notation of a character. */
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

/** Units that only SQL can store, because the service removes control characters. */
const REMOVED_BY_SERVICE = new Set(['control-characters']);

const PARTS = 8;

/** Divides the bytes equally among all eight fields that accept a string. */
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

/** For each field, returns a session with the whole string in this field. */
const FIELDS: Readonly<Record<string, (value: string) => SessionValue>> = {
  'in an input list': (value) => inRun(`"input":[${value}]`),
  'in an input object': (value) => inRun(`"input":{"input_content":{"text":${value}}}`),
  'in a message': (value) => inRun(`"messages":[{"role":"user","content":${value}}]`),
};

/** The combinations of unit and field to test. */
const COMBINATIONS: readonly (readonly [unitName: string, field: string])[] = [
  ['ascii', 'in an input list'],
  ['cyrillic', 'in an input object'],
  ['emoji', 'in an input list'],
  ['quotes', 'in an input object'],
  ['backslashes', 'in an input list'],
  ['control-characters', 'in an input list'],
  ['control-characters', 'in an input object'],
];

function inField(field: string, value: string): SessionValue {
  return FIELDS[field]?.(value) ?? {};
}

/** Name filters with many wildcards that match at the start, at the end, or not at all. */
const LIST_QUERIES = ['%a'.repeat(127), '_'.repeat(256), `${'a%'.repeat(127)}b`, 'x'].map(
  (pattern) => `session_name=${encodeURIComponent(pattern)}`,
);

const inName = (unit: string) => (bytes: number) => ({ name: stringOf(unit, bytes) });

const storingOf = (unitName: string) => (REMOVED_BY_SERVICE.has(unitName) ? { storing: 'both' as const } : {});

export const STRINGS: readonly SessionShape[] = [
  ...Object.entries(UNITS).map(([name, unit]) =>
    sessionShape(`${name} everywhere`, (bytes) => everywhere(unit, bytes), storingOf(name)),
  ),
  ...COMBINATIONS.map(([unitName, field]) =>
    sessionShape(`${unitName} ${field}`, (bytes) => inField(field, stringOf(UNITS[unitName] ?? 'x', bytes)), {
      ...storingOf(unitName),
      isQuick: unitName === 'ascii' || unitName === 'control-characters',
    }),
  ),
  sessionShape('name of many a', inName('a'), { listQueries: LIST_QUERIES, isQuick: true }),
  sessionShape('name of many Cyrillic letters', inName('Ж'), { listQueries: LIST_QUERIES }),
  sessionShape('name of control characters', inName('\\u0001'), { storing: 'both' }),
];
