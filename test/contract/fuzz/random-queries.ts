import type { SeededRandom } from '../../support/seeded-random.js';

const ANY = [
  '',
  '%20',
  'x',
  'null',
  '%00',
  '%ZZ',
  '%C3%28',
  'a+b',
  'a%2Bb',
  '%F0%9F%99%82',
  "'",
  '%25',
  '_',
  '%5C',
  'undefined',
];
const INTEGERS = [
  ...[
    '0',
    '1',
    '2',
    '20',
    '100',
    '1000',
    '-1',
    '%2B5',
    '+5',
    '05',
    '1.0',
    '1.5',
    '1e2',
    '1_0',
    '0x10',
    '%20 7%20',
    '7%20',
  ],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775809',
    '9'.repeat(30),
    '٣',
    '%D9%A3',
    'nan',
    'true',
  ],
];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  type: ['agent', 'team', 'workflow', 'Agent', 'AGENT', 'agents'],
  component_id: ['agent-x', 'agent-a', 'team-x', 'flow-w', 'flow-x'],
  user_id: ['own', 'ann', 'bob', 'hugo', 'OWN'],
  session_name: ['S', 's', 'name', 'Chat', '%25', 'a_b', 'ü', '.*'],
  limit: INTEGERS,
  page: INTEGERS,
  sort_by: ['created_at', 'updated_at', 'session_id', 'user_id', 'session_data', 'metadata', 'CREATED_AT', 'id'],
  sort_order: ['asc', 'desc', 'ASC', 'Desc', 'up'],
  db_id: ['default', 'other'],
  table: ['agno_sessions', 'agno_runs'],
  status: ['COMPLETED', 'completed', 'paused', 'RUNNING', 'none', 'error,paused'],
  created_after: [...INTEGERS, '1760000100', '1760000100.5'],
  created_before: [...INTEGERS, '1760000100', '1760000099'],
  delete_media: ['false', '0', 'no', 'off', 'False', 'maybe', 'f'],
  session_id: ['f', 'x'],
  unknown: ['1'],
};

const LISTS = [
  'type',
  'component_id',
  'user_id',
  'session_name',
  'limit',
  'page',
  'sort_by',
  'sort_order',
  'db_id',
  'table',
  'unknown',
];
const SESSION = ['type', 'user_id', 'db_id', 'table', 'unknown', 'session_id'];
/** AgentOS ignores `limit`, and so does the service without `page` or `cursor`. */
const RUNS = [...SESSION, 'status', 'status', 'created_after', 'created_before', 'limit'];

/** Query parameters by route. PATCH gets no `type`: with a wrong type, AgentOS writes columns of that type. */
export const QUERY_PARAMETERS = {
  list: LISTS,
  session: SESSION,
  runs: RUNS,
  create: SESSION,
  rename: SESSION,
  patch: SESSION.filter((name) => name !== 'type'),
  delete: [...SESSION, 'delete_media'],
} as const;

/** A random query string with question mark: a few parameters with mostly valid values. */
export function randomQuery(random: SeededRandom, names: readonly string[]): string {
  const pairs = random
    .some(3, () => random.pick(names))
    .map((name) => {
      const value = random.oneIn(7) ? random.pick(ANY) : random.pick(VALUES[name] ?? ANY);
      if (random.oneIn(40)) return name;
      return `${random.oneIn(40) ? name.toUpperCase() : name}=${value.replace(/[^!-~]/gu, encodeURIComponent)}`;
    });
  return pairs.length === 0 ? '' : `?${pairs.join(random.oneIn(30) ? ';' : '&')}`;
}
