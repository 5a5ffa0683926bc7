import { caseCollector, get, type Route } from '../harness/contract-case.js';
import { rawJson } from '../harness/given-session.js';
import { IDS_WITH_RUNS, UNUSUAL_IDS } from './seeded-ids.js';
import { agent } from './session-builders.js';

/** Cases for `runs` and `run-previews`, which accept the same parameters and select the same runs. */
function casesOfListing(route: Route & ('runs' | 'run-previews')) {
  const { cases, add } = caseCollector(route);
  const ask = (id: string, query = ''): void => {
    add(query === '' ? id : `${id} ${query}`, get(`/sessions/${id}/${route}${query === '' ? '' : `?${query}`}`));
  };

  for (const id of IDS_WITH_RUNS) ask(id);
  for (const id of [
    'agent-plain',
    'agent-members',
    'team-plain',
    'team-loose',
    'flow-text',
    'agent-empty',
    'agent-structured',
    'agent-sdk',
  ]) {
    for (const type of ['agent', 'team', 'workflow']) ask(id, `type=${type}`);
  }
  ask('agent-plain', 'type=nope');
  ask('agent-plain', 'type=');
  ask('shelf-00');
  ask('nope');
  ask('nope', 'type=team');
  ask('a%00b');
  ask(encodeURIComponent(UNUSUAL_IDS.at(-1) ?? ''));

  for (const user of ['ann', 'bob', '']) ask('agent-plain', `user_id=${user}`);

  // agent-statuses has one run per status, created at 1750000200, 1750000210 and so on.
  for (const bound of [
    '1750000200',
    '1750000201',
    '1750000220',
    '1750000260',
    '1750000261',
    '0',
    '-1',
    '9'.repeat(18),
  ]) {
    ask('agent-statuses', `created_after=${bound}`);
    ask('agent-statuses', `created_before=${bound}`);
  }
  ask('agent-statuses', 'created_after=1750000210&created_before=1750000230');
  ask('agent-statuses', 'created_after=1750000230&created_before=1750000210');
  for (const bad of ['x', '', '1.5', '2.0', '9'.repeat(25), '+5', '1_0']) ask('agent-statuses', `created_after=${bad}`);
  ask('agent-statuses', 'created_before=x&created_after=y&type=z');

  const runs = ['true', 'false', '1', '1.5', '0', 'null'].map((createdAt) =>
    rawJson(`{"run_id":"at-${createdAt}","agent_id":"agent-x","content":"c","created_at":${createdAt}}`),
  );
  for (const name of ['created_after', 'created_before']) {
    for (const bound of [-1, 0, 1, 2]) {
      const path = `/sessions/odd/${route}?${name}=${bound}`;
      add(`odd: created_at of any type, ${name}=${bound}`, get(path), { given: [agent('odd', { runs })] });
    }
  }

  const statuses = [
    'COMPLETED',
    'completed',
    'Error',
    'PAUSED&status=cancelled',
    'RUNNING&status=PENDING&status=regenerated',
  ];
  for (const status of statuses) ask('agent-statuses', `status=${status}`);
  const unknown = [
    '',
    'NOPE',
    'zzz&status=nope',
    'stra%C3%9Fe',
    'it%27s',
    'a%22b%27c',
    'COMPLETED&status=x',
    '%20ERROR',
    'COMPLETED,ERROR',
    '%C3%A9',
    '%00',
    '%5Cn',
  ];
  for (const status of unknown) ask('agent-statuses', `status=${status}`);
  ask('agent-plain', 'status=ERROR');
  ask('team-paused', 'status=paused');
  ask('flow-paused', 'status=PAUSED');
  ask('agent-statuses', 'status=COMPLETED&created_after=1750000300');
  ask('nope', 'status=nope');
  ask('agent-statuses', 'type=nope&status=nope');
  ask('agent-statuses', 'status[]=nope');
  ask('agent-statuses', 'limit=x');
  return cases;
}

export const runs = casesOfListing('runs');
export const runPreviews = casesOfListing('run-previews');
