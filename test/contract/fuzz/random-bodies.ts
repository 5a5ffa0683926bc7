import type { SeededRandom } from '../../support/seeded-random.js';
import { randomValue } from './random-values.js';

const NAMES = ['a', 'b', 'summary', 'topics', 'updated_at', 'agno_dispatch_depth'];
const FIELDS = {
  create: [
    'session_id',
    'session_name',
    'session_state',
    'metadata',
    'user_id',
    'agent_id',
    'team_id',
    'workflow_id',
    'unknown',
  ],
  patch: ['session_name', 'session_state', 'metadata', 'summary', 'user_id', 'session_id', 'unknown'],
  rename: ['session_name', 'session_name', 'unknown'],
  delete: ['session_ids', 'session_types'],
} as const;
const VALID: Readonly<Record<string, readonly string[]>> = {
  session_id: ['"made"', '"f"', '"ü x"', '""'],
  session_name: ['"N"', '""', '"a\\u0000b"', '"ü\\ufffe"', '"\\ud83d\\ude42"'],
  session_state: ['{}', '{"a":1.0,"b":[null,{"c":9007199254740993}]}', '{"__proto__":{"x":1},"2":1,"10":2}'],
  metadata: ['{}', '{"a":null}', '{"agno_dispatch_depth":1}', '{"k":"a\\u0001b"}'],
  summary: [
    '{"summary":"S"}',
    '{"summary":"S","topics":["t"],"updated_at":"2025-10-09T08:53:20"}',
    '{"summary":"","updated_at":""}',
  ],
  session_ids: ['["f"]', '["f","f"]', '["missing","f"]', '[]'],
  session_types: ['["agent"]', '["team","agent"]', '["agent","workflow"]', '["Agent"]', '[]'],
};

export type BodyKind = keyof typeof FIELDS;

/** A random JSON body: mostly valid, sometimes with a field of another type or a syntax error. */
export function randomBody(random: SeededRandom, kind: BodyKind): string {
  // Unlike AgentOS, we accept a summary for a new session, and validate it.
  if (random.oneIn(25))
    return randomValue(random, kind === 'create' ? NAMES.filter((name) => name !== 'summary') : NAMES);
  const members = random
    .some(kind === 'rename' ? 2 : 4, () => random.pick<string>(FIELDS[kind]))
    .map((name) => {
      const value = random.oneIn(4) ? randomValue(random, NAMES) : random.pick(VALID[name] ?? ['"x"', 'null']);
      return `${JSON.stringify(name)}:${value}`;
    });
  if (kind === 'delete' && members.length < 2) members.push('"session_ids":["f"]', '"session_types":["agent"]');
  const text = `{${members.join(random.oneIn(40) ? ' ,\n ' : ',')}}`;
  return random.oneIn(12) ? damaged(random, text) : text;
}

function damaged(random: SeededRandom, json: string): string {
  const index = random.below(json.length + 1);
  switch (random.below(3)) {
    case 0:
      return json.slice(0, index);
    case 1:
      return json.slice(0, index) + json.slice(index + 1);
    default:
      return (
        json.slice(0, index) +
        random.pick(['"', '{', '}', '[', ',', ':', '\\', '\u0001', 'NaN', '01', '.', 'e', ' ', 'ü']) +
        json.slice(index)
      );
  }
}
