import type { SeededRandom } from './seeded-random.js';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A session as the filters of `POST /sessions/search` see it. Undefined: SQL NULL. */
export interface FilteredSession {
  readonly session_id: string;
  readonly session_type: string;
  readonly user_id?: string;
  readonly session_name?: string;
  readonly metadata?: Json;
  readonly created_at: number;
  readonly updated_at?: number;
}

/** A filter in agno's JSON form. */
export type Filter =
  | { op: 'AND' | 'OR'; conditions: Filter[] }
  | { op: 'NOT'; condition: Filter }
  | { op: 'IN'; key: string; values: Json[] }
  | { op: string; key: string; value: Json };

const OPERATORS = ['EQ', 'NEQ', 'GT', 'GTE', 'LT', 'LTE', 'IN', 'CONTAINS', 'STARTSWITH'];
const KEYS = [
  'session_id',
  'user_id',
  'session_name',
  'created_at',
  'updated_at',
  'metadata.k',
  'metadata.a.b',
  'metadata.0',
];
const STRINGS = ['', 'a', 'b', 'ab', 'x', 's1', 's12', 'u1', '1', 'true', '\0', '\ud800', '%', '_'];

/** A random filter of at most `depth` levels of logical operators. */
export function randomFilter(random: SeededRandom, depth: number): Filter {
  if (depth > 0 && random.oneIn(2)) {
    if (random.oneIn(3)) return { op: 'NOT', condition: randomFilter(random, depth - 1) };
    const conditions = [randomFilter(random, depth - 1), ...random.some(2, () => randomFilter(random, depth - 1))];
    return { op: random.pick(['AND', 'OR'] as const), conditions };
  }
  const op = random.pick(OPERATORS);
  const key = random.pick(KEYS);
  const isText = op === 'CONTAINS' || op === 'STARTSWITH';
  const isTime = key.endsWith('_at');
  const value = (): Json => {
    if (isText) return random.pick(STRINGS);
    if (isTime) return random.pick([0, 5, 9, 12.5, -1, '7', '1970-01-01T00:00:08Z']);
    const isEquality = key.startsWith('metadata.') && ['EQ', 'NEQ', 'IN'].includes(op);
    return random.pick<Json>([...STRINGS, 1, 1.5, 0, true, false, ...(isEquality ? [null] : [])]);
  };
  return op === 'IN' ? { op, key, values: random.some(3, value) } : { op, key, value: value() };
}

/** As in SQL: null if a value that is compared is absent. Ordered strings must be ASCII, since collations differ. */
export function matches(filter: Filter, session: FilteredSession): boolean | null {
  if ('conditions' in filter) {
    const results = filter.conditions.map((condition) => matches(condition, session));
    const decisive = filter.op === 'OR';
    if (results.includes(decisive)) return decisive;
    return results.includes(null) ? null : !decisive;
  }
  if ('condition' in filter) {
    const result = matches(filter.condition, session);
    return result === null ? null : !result;
  }
  const values = 'values' in filter ? filter.values : [filter.value];
  const stored = storedValue(filter.key, session);
  if (stored === undefined) return null;
  const convert = filter.key.startsWith('metadata.') ? (value: Json) => value : columnValue(filter.key, filter.op);
  return compare(filter.op, stored, values.map(convert));
}

function storedValue(key: string, session: FilteredSession): Json | undefined {
  if (key === 'updated_at') return session.updated_at ?? session.created_at;
  const [column, ...path] = key.split('.');
  let value = (session as unknown as Record<string, Json | undefined>)[column ?? ''];
  for (const step of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = value[step];
  }
  return value;
}

function columnValue(key: string, op: string): (value: Json) => Json {
  if (!key.endsWith('_at')) return (value) => String(value);
  if (op === 'CONTAINS' || op === 'STARTSWITH') return (value) => value;
  return (value) =>
    typeof value !== 'string' ? value : value.includes('-') ? Date.parse(value) / 1000 : Number(value);
}

function compare(op: string, stored: Json, values: Json[]): boolean | null {
  const [value] = values as [Json];
  switch (op) {
    case 'EQ':
    case 'IN':
      return values.includes(stored);
    case 'NEQ':
      return stored !== value;
    case 'CONTAINS':
    case 'STARTSWITH': {
      if (stored === null) return null;
      const text = textOf(stored).toLowerCase();
      const part = String(value).toLowerCase();
      return op === 'CONTAINS' ? text.includes(part) : text.startsWith(part);
    }
    default: {
      if (typeof value === 'string' && /[\0\ud800]/.test(value)) return null;
      if (typeof stored !== typeof value || stored === null || value === null || typeof stored === 'object')
        return null;
      if (op === 'GT') return stored > value;
      if (op === 'GTE') return stored >= value;
      return op === 'LT' ? stored < value : stored <= value;
    }
  }
}

/** The text that PostgreSQL prints. */
function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  return printed(value);
}

function printed(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${printed(member)}`)
    .join(', ')}}`;
}
