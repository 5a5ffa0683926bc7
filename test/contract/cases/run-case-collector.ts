import { type CaseDraft, type ContractCase, caseCollector, get } from '../harness/contract-case.js';
import type { GivenSession } from '../harness/given-session.js';

/** Collects cases that read sessions with unusual runs on every route that shows runs. */
export function runCaseCollector() {
  const list = caseCollector('list');
  const detail = caseCollector('detail');
  const runs = caseCollector('runs');
  const previews = caseCollector('run-previews');
  const single = caseCollector('single-run');

  /** Reads the runs, the previews, and the run `o-1` of the session `odd`. */
  const readRuns = (name: string, session: GivenSession, draft: CaseDraft = {}): void => {
    runs.add(`odd: ${name}`, get('/sessions/odd/runs'), { given: [session], ...draft });
    previews.add(`odd: ${name}`, get('/sessions/odd/run-previews'), { given: [session], ...draft });
    single.add(`odd: ${name}`, get('/sessions/odd/runs/o-1'), { given: [session], ...draft });
  };

  /** Also reads the list and the detail, whose title comes from the runs. */
  const readEverywhere = (name: string, session: GivenSession, draft: CaseDraft = {}): void => {
    list.add(`runs: ${name}`, get('/sessions?user_id=own'), { given: [session], ...draft });
    detail.add(`runs: ${name}`, get('/sessions/odd'), { given: [session], ...draft });
    readRuns(name, session, draft);
  };

  const collected = (): ContractCase[] => [list, detail, runs, previews, single].flatMap(({ cases }) => cases);
  return { readRuns, readEverywhere, readDetail: detail.add, collected };
}
