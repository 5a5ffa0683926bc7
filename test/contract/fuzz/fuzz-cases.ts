import { Dice } from '../../support/dice.js';
import { type ContractCase, collector, get } from '../harness/case.js';
import type { Step } from '../harness/http.js';
import { type BodyKind, oddBody } from './odd-bodies.js';
import { oddQuery, PARAMETERS } from './odd-queries.js';
import { oddSession } from './odd-sessions.js';

const JSON_TYPES = [
  'application/json',
  'application/json; charset=latin-1',
  'APPLICATION/JSON',
  'application/merge-patch+json',
];

/** So many cases by chance: odd queries, odd bodies, and odd rows read on every route. */
export function fuzzCases(seed: number, count: number): readonly ContractCase[] {
  const { cases, add } = collector('list');
  for (let at = 0; at < count; at++) {
    const dice = new Dice(seed + at);
    const session = oddSession(dice);
    const write = dice.oneIn(2) ? [oddWrite(dice)] : [];
    const isCreated = write[0]?.method === 'POST' && write[0].path.startsWith('/sessions?');
    add(`seed ${seed + at}`, [...write, ...oddReads(dice)], {
      given: [session],
      rowsOf: write.length === 0 ? [] : [isCreated ? '{{0.session_id}}' : 'f'],
    });
  }
  return cases;
}

function oddReads(dice: Dice): Step[] {
  return [
    get(`/sessions${oddQuery(dice, PARAMETERS.list)}`),
    get('/sessions?user_id=own'),
    get(`/sessions/f${oddQuery(dice, PARAMETERS.session)}`),
    get('/sessions/f'),
    get(`/sessions/f/runs${oddQuery(dice, PARAMETERS.runs)}`),
    get('/sessions/f/runs'),
    get(`/sessions/f/run-previews${oddQuery(dice, PARAMETERS.runs)}`),
    get(`/sessions/f/runs/f-${dice.below(3)}${oddQuery(dice, PARAMETERS.session)}`),
  ];
}

function oddWrite(dice: Dice): Step {
  const kind = dice.pick<BodyKind>(['create', 'patch', 'rename', 'delete', 'patch']);
  const body = oddBody(dice, kind);
  const headers = { 'content-type': dice.oneIn(10) ? dice.pick(JSON_TYPES) : 'application/json' };
  const query = oddQuery(dice, PARAMETERS[kind]);
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
