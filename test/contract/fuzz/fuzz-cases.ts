import { SeededRandom } from '../../support/seeded-random.js';
import { type ContractCase, caseCollector, get } from '../harness/contract-case.js';
import type { Step } from '../harness/send-step.js';
import { type BodyKind, randomBody } from './random-bodies.js';
import { QUERY_PARAMETERS, randomQuery } from './random-queries.js';
import { randomSession } from './random-sessions.js';

const JSON_TYPES = [
  'application/json',
  'application/json; charset=latin-1',
  'APPLICATION/JSON',
  'application/vnd.api+json',
];

/** Generates random cases: random queries and bodies, and random rows that are read on every route. */
export function fuzzCases(seed: number, count: number): readonly ContractCase[] {
  const { cases, add } = caseCollector('list');
  for (let index = 0; index < count; index++) {
    const random = new SeededRandom(seed + index);
    const session = randomSession(random);
    const write = random.oneIn(2) ? [randomWrite(random)] : [];
    const isCreated = write[0]?.method === 'POST' && write[0].path.startsWith('/sessions?');
    const query = randomQuery(random, QUERY_PARAMETERS.list);
    // Sessions with equal values are compared in the order of their ids, and a generated id differs on each side.
    const list = hasTies(query) ? `${query}${isCreated ? '&sort_by=created_at' : ALL_TIES}` : query;
    const reads = [get(`/sessions${list}`), ...randomReads(random)];
    add(`seed ${seed + index}`, [...write, ...reads], {
      given: [session],
      ...(hasTies(list) ? { rankedBy: [] } : {}),
      rowsOf: write.length === 0 ? [] : [isCreated ? '{{0.session_id}}' : 'f'],
    });
  }
  return cases;
}

/** Columns that have a different value in each session. */
const UNIQUE_COLUMNS = ['created_at', 'updated_at', 'session_id'];

/** True for a list in which sessions have equal values, whose order AgentOS leaves undefined. */
function hasTies(query: string): boolean {
  return !UNIQUE_COLUMNS.includes(new URLSearchParams(query).getAll('sort_by').at(-1) ?? 'created_at');
}

/** All sessions on one page, because AgentOS leaves undefined which of several sessions with equal values are on a page. */
const ALL_TIES = '&limit=1000&page=1';

function randomReads(random: SeededRandom): Step[] {
  const getIf = (path: string) => get(path, random.oneIn(3) ? { 'if-none-match': random.pick(UNMATCHED) } : undefined);
  return [
    get('/sessions?user_id=own'),
    getIf(`/sessions/f${randomQuery(random, QUERY_PARAMETERS.session)}`),
    get('/sessions/f'),
    getIf(`/sessions/f/runs${randomQuery(random, QUERY_PARAMETERS.runs)}`),
    get('/sessions/f/runs'),
    getIf(`/sessions/f/run-previews${randomQuery(random, QUERY_PARAMETERS.runs)}`),
    getIf(`/sessions/f/runs/f-${random.below(3)}${randomQuery(random, QUERY_PARAMETERS.session)}`),
  ];
}

/** Values of `If-None-Match` that match no response, so that it is AgentOS's. */
const UNMATCHED = ['""', 'W/"x"', `"x", W/"${'x'.repeat(43)}"`, 'x', '"', ',', '', '*, "x"'];

function randomWrite(random: SeededRandom): Step {
  const kind = random.pick<BodyKind>(['create', 'patch', 'rename', 'delete', 'patch']);
  const body = randomBody(random, kind);
  // AgentOS ignores If-Match. `*` requires a session, without which both respond as to a request without the header.
  const condition = random.oneIn(4) ? { 'if-match': '*' } : undefined;
  const headers = { 'content-type': random.oneIn(10) ? random.pick(JSON_TYPES) : 'application/json', ...condition };
  const query = randomQuery(random, QUERY_PARAMETERS[kind]);
  switch (kind) {
    case 'create':
      return { method: 'POST', path: `/sessions${query === '' ? '?' : query}`, headers, body };
    case 'patch':
      return { method: 'PATCH', path: `/sessions/f${query}`, headers, body };
    case 'rename':
      return { method: 'POST', path: `/sessions/f/rename${query}`, headers, body };
    case 'delete':
      return random.oneIn(3)
        ? { method: 'DELETE', path: `/sessions/f${query}`, ...(condition && { headers: condition }) }
        : { method: 'DELETE', path: `/sessions${query}`, headers, body };
  }
}
