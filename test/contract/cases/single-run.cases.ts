import { caseCollector, get } from '../harness/contract-case.js';
import { SEEDED_RUN_IDS } from './seeded-ids.js';

const { cases, add } = caseCollector('single-run');

const ask = (path: string): void => add(path, get(`/sessions/${path}`));

for (const [session, run] of SEEDED_RUN_IDS) ask(`${session}/runs/${run}`);
for (const type of ['agent', 'team', 'workflow']) {
  ask(`agent-plain/runs/run-plain-1?type=${type}`);
  ask(`team-plain/runs/run-member?type=${type}`);
  ask(`flow-text/runs/run-flow-text?type=${type}`);
}
ask('agent-plain/runs/run-plain-1?type=nope');
ask('agent-plain/runs/run-plain-1?type=');
ask('agent-plain/runs/nope');
ask('agent-plain/runs/run-tools');
ask('agent-empty/runs/run-plain-1');
ask('shelf-00/runs/nope');
ask('nope/runs/nope');
ask('nope/runs/run-plain-1');
for (const user of ['ann', 'bob', '']) ask(`agent-plain/runs/run-plain-1?user_id=${user}`);
ask('agent-plain/runs/a%00b');
ask('a%00b/runs/run-plain-1');
ask('agent-plain/runs/%FF');
ask('agent-plain/runs/with%2Fslash');
ask('agent-plain/runs/with%20space');
ask(`agent-plain/runs/${'r'.repeat(2000)}`);
ask('flow-text/runs/run-flow-text-step');
ask('agent-plain/runs/run-plain-1?status=nope&created_after=x');

export default cases;
