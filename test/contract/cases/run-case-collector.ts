import { type CaseDraft, type ContractCase, caseCollector, get } from '../harness/contract-case.js';
import type { GivenSession } from '../harness/given-session.js';

/** Cases about sessions with runs of unusual make: what becomes of them wherever runs are read. */
export function runCaseCollector() {
  const list = caseCollector('list');
  const detail = caseCollector('detail');
  const runs = caseCollector('runs');
  const previews = caseCollector('run-previews');
  const single = caseCollector('single-run');

  /** The runs, the previews, and the run `o-1` of a session called `odd`. */
  const readRuns = (name: string, session: GivenSession, draft: CaseDraft = {}): void => {
    runs.add(`odd: ${name}`, get('/sessions/odd/runs'), { given: [session], ...draft });
    previews.add(`odd: ${name}`, get('/sessions/odd/run-previews'), { given: [session], ...draft });
    single.add(`odd: ${name}`, get('/sessions/odd/runs/o-1'), { given: [session], ...draft });
  };

  /** And what the runs do to the session's name in the list, and to its detail. */
  const readEverywhere = (name: string, session: GivenSession, draft: CaseDraft = {}): void => {
    list.add(`runs: ${name}`, get('/sessions?user_id=own'), { given: [session], ...draft });
    detail.add(`runs: ${name}`, get('/sessions/odd'), { given: [session], ...draft });
    readRuns(name, session, draft);
  };

  const collected = (): ContractCase[] => [list, detail, runs, previews, single].flatMap(({ cases }) => cases);
  return { readRuns, readEverywhere, readDetail: detail.add, collected };
}
