import { caseCollector, get, send } from '../harness/contract-case.js';
import { agent, agentRun, team, teamRun, workflow } from './session-builders.js';

const GIVEN = [
  agent('d-1', { runs: [agentRun('d-run-1'), agentRun('d-run-2')] }),
  team('d-2', { runs: [teamRun('d-run-3')] }),
  workflow('d-3'),
  agent('d-4', { user_id: 'else', runs: [agentRun('d-run-4'), agentRun('d-run-5', { user_id: 'own' })] }),
];

function single() {
  const { cases, add } = caseCollector('delete');
  const drop = (path: string) => send('DELETE', `/sessions/${path}`);
  const draft = { given: GIVEN };

  for (const { session_id } of GIVEN) add(session_id, [drop(session_id), get(`/sessions/${session_id}`)], draft);
  add('twice', [drop('d-1'), drop('d-1')], draft);
  add('unknown', drop('nope'), draft);
  for (const user of ['own', 'else', '']) add(`user_id=${user}`, drop(`d-1?user_id=${user}`), draft);
  add('own run in a foreign session', drop('d-4?user_id=own'), draft);
  add('type is no parameter', drop('d-1?type=nope'), draft);
  add(
    'a body is ignored',
    { method: 'DELETE', path: '/sessions/d-1', headers: { 'content-type': 'application/json' }, body: '{nonsense' },
    draft,
  );
  for (const flag of [
    'true',
    '1',
    'YES',
    'on',
    't',
    'y',
    'false',
    '0',
    'no',
    'Off',
    'f',
    'n',
    '',
    'maybe',
    '2',
    'TRUE&delete_media=0',
  ]) {
    add(`delete_media=${flag}`, drop(`d-1?delete_media=${flag}`), draft);
  }
  add('delete_media of an unknown session', drop('nope?delete_media=true'));
  add('delete_media with an unknown db', drop('d-1?delete_media=true&db_id=nope'), draft);
  add('unknown db_id', drop('d-1?db_id=nope'), draft);
  add('NUL in the id', drop('a%00b'));
  add('an id with spaces', drop('d%20space'), { given: [agent('d space')] });
  return cases;
}

function bulk() {
  const { cases, add } = caseCollector('delete-bulk');
  const drop = (body: unknown, query = '') => send('DELETE', `/sessions${query}`, body);
  const draft = { given: GIVEN };
  const all = {
    session_ids: GIVEN.map(({ session_id }) => session_id),
    session_types: ['agent', 'team', 'workflow', 'agent'],
  };

  add('one', [drop({ session_ids: ['d-1'], session_types: ['agent'] }), get('/sessions/d-1')], draft);
  add('all', drop(all), draft);
  add('types need not match', drop({ session_ids: ['d-1', 'd-2'], session_types: ['workflow', 'agent'] }), draft);
  add('some unknown', drop({ session_ids: ['nope', 'd-1'], session_types: ['agent', 'agent'] }), draft);
  add('all unknown', drop({ session_ids: ['nope'], session_types: ['agent'] }), draft);
  add('the same twice', drop({ session_ids: ['d-1', 'd-1'], session_types: ['agent', 'agent'] }), draft);
  for (const user of ['own', 'else', '']) add(`user_id=${user}`, drop(all, `?user_id=${user}`), draft);
  add('own runs in a foreign session', drop({ session_ids: ['d-4'], session_types: ['agent'] }, '?user_id=own'), draft);
  add(
    '1500 ids',
    drop({
      session_ids: Array.from({ length: 1500 }, (_, index) => `d-${index}`),
      session_types: Array.from({ length: 1500 }, () => 'agent'),
    }),
    draft,
  );
  add('hard ids', drop({ session_ids: ['a/b', `it's`, 'ü🙂'], session_types: ['agent', 'agent', 'agent'] }), {
    given: [agent('a/b'), agent(`it's`), agent('ü🙂')],
  });
  const BAD: Record<string, unknown> = {
    'too few types': { session_ids: ['d-1', 'd-2'], session_types: ['agent'] },
    'too many types': { session_ids: ['d-1'], session_types: ['agent', 'team'] },
    'empty lists': { session_ids: [], session_types: [] },
    'empty ids': { session_ids: [], session_types: ['agent'] },
    'no types': { session_ids: ['d-1'] },
    'no ids': { session_types: ['agent'] },
    nothing: {},
    'null lists': { session_ids: null, session_types: null },
    'unknown type': { session_ids: ['d-1', 'd-2'], session_types: ['agent', 'nope'] },
    'types of numbers': { session_ids: ['d-1'], session_types: [1] },
    'ids of numbers': { session_ids: [1, null, 'd-1'], session_types: ['agent'] },
    'ids a text': { session_ids: 'd-1', session_types: 'agent' },
    'ids an object': { session_ids: { a: 1 }, session_types: ['agent'] },
    'upper case type': { session_ids: ['d-1'], session_types: ['AGENT'] },
  };
  for (const [name, body] of Object.entries(BAD)) add(`bad: ${name}`, drop(body), draft);
  for (const body of ['null', '[]', '"x"', '5', 'true', '{"session_ids":["d-1"],"session_types":["agent"],"x":1}'])
    add(`body ${body}`, drop(body), draft);
  add('no body', drop(undefined), draft);
  add('type is no parameter', drop({ session_ids: ['d-1'], session_types: ['agent'] }, '?type=nope'), draft);
  add('delete_media', drop(all, '?delete_media=true'), draft);
  add('delete_media=x', drop(all, '?delete_media=x'), draft);
  add('delete_media=false', drop(all, '?delete_media=false'), draft);
  add('lengths before db_id', drop({ session_ids: ['a'], session_types: ['agent', 'team'] }, '?db_id=nope'), draft);
  add('unknown db_id', drop(all, '?db_id=nope'), draft);
  add('NUL in an id', drop({ session_ids: ['a\u0000b', 'd-1'], session_types: ['agent', 'agent'] }), draft);
  add('lone surrogate in an id', drop('{"session_ids":["\\ud800"],"session_types":["agent"]}'), draft);
  return cases;
}

export const singleDeletes = single();
export const bulkDeletes = bulk();
