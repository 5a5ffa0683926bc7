import type { CaseDraft } from '../harness/contract-case.js';
import type { GivenSession, StoredJson } from '../harness/given-session.js';
import { runCaseCollector } from './run-case-collector.js';
import { agent, agentRun, message } from './session-builders.js';

/** Cases in which runs in the runs column of agno 2.x are merged with runs in the runs table of agno 3.x. */
const { readEverywhere, collected } = runCaseCollector();

const user = (content: unknown, fields = {}) => message('user', content, fields);

const MIXED: CaseDraft = { layouts: ['mixed'] };
const OLD: CaseDraft = { layouts: ['v2', 'v20', 'mixed'] };
const old = (id: string, text: string) => agentRun(id, { messages: [user(text)], content: 'old' });
const fresh = (id: string, text: string, more = {}) =>
  agentRun(id, { messages: [user(text)], content: 'new', ...more });
const MERGES: Record<string, Partial<GivenSession>> = {
  'table replaces its copy in place': {
    legacyRuns: [old('o-1', 'One'), old('o-2', 'Two')],
    tableRuns: [fresh('o-1', 'One anew', { run_index: 5 }), fresh('o-3', 'Three', { run_index: 0 })],
  },
  'second replaced': { legacyRuns: [old('o-1', 'One'), old('o-2', 'Two')], tableRuns: [fresh('o-2', 'Two anew')] },
  'legacy null': { legacyRuns: null, tableRuns: [fresh('o-1', 'New')] },
  'legacy []': { legacyRuns: [], tableRuns: [fresh('o-1', 'New')] },
  'legacy object': { legacyRuns: { a: 1 }, tableRuns: [fresh('o-1', 'New')] },
  'index NULL last': {
    tableRuns: [
      fresh('o-1', 'None', { run_index: null }),
      fresh('o-2', 'Second', { run_index: 2 }),
      fresh('o-3', 'First', { run_index: 1 }),
    ],
  },
  'all in both': { legacyRuns: [old('o-1', 'One')], tableRuns: [fresh('o-1', 'One')] },
};
for (const [name, columns] of Object.entries(MERGES)) readEverywhere(`merge: ${name}`, agent('odd', columns), MIXED);
const ENTRIES: Record<string, StoredJson> = {
  'entries that are no runs': [null, 5, 'x', [], old('o-1', 'One')],
  'entries without run_id': [
    { agent_id: 'a', messages: [user('No id')] },
    { run_id: null, agent_id: 'a' },
    old('o-1', 'One'),
  ],
  'the same id twice': [old('o-1', 'One'), old('o-1', 'Again')],
  'a run of run_id number': [{ run_id: 5, agent_id: 'a', content: 'c' }, old('o-1', 'One')],
};
for (const [name, legacyRuns] of Object.entries(ENTRIES))
  readEverywhere(`old column: ${name}`, agent('odd', { legacyRuns }), OLD);

export default collected();
