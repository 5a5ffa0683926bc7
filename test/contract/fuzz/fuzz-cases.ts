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
  'application/merge-patch+json',
];

/** So many cases by chance: odd queries, odd bodies, and odd rows read on every route. */
export function fuzzCases(seed: number, count: number): readonly ContractCase[] {
  const { cases, add } = caseCollector('list');
  for (let at = 0; at < count; at++) {
    const dice = new SeededRandom(seed + at);
    const session = randomSession(dice);
    const write = dice.oneIn(2) ? [oddWrite(dice)] : [];
    const isCreated = write[0]?.method === 'POST' && write[0].path.startsWith('/sessions?');
    add(`seed ${seed + at}`, [...write, ...oddReads(dice)], {
      given: [session],
      rowsOf: write.length === 0 ? [] : [isCreated ? '{{0.session_id}}' : 'f'],
    });
  }
  return cases;
}

function oddReads(dice: SeededRandom): Step[] {
  return [
    get(`/sessions${randomQuery(dice, QUERY_PARAMETERS.list)}`),
    get('/sessions?user_id=own'),
    get(`/sessions/f${randomQuery(dice, QUERY_PARAMETERS.session)}`),
    get('/sessions/f'),
    get(`/sessions/f/runs${randomQuery(dice, QUERY_PARAMETERS.runs)}`),
    get('/sessions/f/runs'),
    get(`/sessions/f/run-previews${randomQuery(dice, QUERY_PARAMETERS.runs)}`),
    get(`/sessions/f/runs/f-${dice.below(3)}${randomQuery(dice, QUERY_PARAMETERS.session)}`),
  ];
}

function oddWrite(dice: SeededRandom): Step {
  const kind = dice.pick<BodyKind>(['create', 'patch', 'rename', 'delete', 'patch']);
  const body = randomBody(dice, kind);
  const headers = { 'content-type': dice.oneIn(10) ? dice.pick(JSON_TYPES) : 'application/json' };
  const query = randomQuery(dice, QUERY_PARAMETERS[kind]);
  switch (kind) {
    case 'create':
      return { method: 'POST', path: `/sessions${query === '' ? '?' : query}`, headers, body };
    case 'patch':
      return { method: 'PATCH', path: `/sessions/f${query}`, headers, body };
    case 'rename':
      return { method: 'POST', path: `/sessions/f/rename${query}`, headers, body };
    case 'delete':
      return dice.oneIn(3)
        ? { method: 'DELETE', path: `/sessions/f${query}` }
        : { method: 'DELETE', path: `/sessions${query}`, headers, body };
  }
}
