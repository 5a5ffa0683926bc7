import { type Difference, type HttpResponse, jsonDifferences, parseJson } from '@session-service/comparison';
import { type Step, sendStep } from '../harness/send-step.js';
import { bothStarted, startOracle, startOurs } from '../harness/sides.js';
import type { SuiteReport } from '../harness/suite-report.js';
import type { Templates } from '../harness/templates.js';
import { INVALID_SEARCHES, type InvalidSearch } from './invalid-searches.js';

/** Compares our responses to invalid searches of sessions with those of a live AgentOS to searches of traces. */
export async function compareInvalidSearches(templates: Templates, report: SuiteReport): Promise<void> {
  const [oracle, ours] = await bothStarted(
    startOracle(templates, 'v3', 'oracle_searches'),
    startOurs(templates, 'v3', 'ours_searches'),
  );
  try {
    for (const search of INVALID_SEARCHES) {
      const [theirs, own] = await Promise.all([
        sendStep(oracle.baseUrl, requestOf('/traces/search', search)),
        sendStep(ours.baseUrl, requestOf('/sessions/search', search)),
      ]);
      const found = search.ours === undefined ? differences(theirs, own) : deviations(search.ours, theirs, own);
      report.add('v3', 'search', search.name, found, [search.body]);
    }
  } finally {
    await Promise.all([oracle.stop(), ours.stop()]);
  }
}

function requestOf(path: string, { body }: InvalidSearch): Step {
  return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body };
}

function differences(theirs: HttpResponse, own: HttpResponse): readonly Difference[] {
  const status = statusDifference(String(theirs.status), own);
  return status ?? jsonDifferences(parseJson(theirs.body), parseJson(own.body), { from: 0, to: 0 });
}

/** A deviation is out of date when AgentOS responds as we do. */
function deviations(expected: string, theirs: HttpResponse, own: HttpResponse): readonly Difference[] {
  const status = statusDifference('400', own);
  if (status !== undefined) return status;
  const { detail } = JSON.parse(own.body) as { readonly detail: string };
  if (!detail.startsWith(`Invalid filter expression: ${expected}`))
    return [{ path: 'detail', expected, actual: detail }];
  if (theirs.status !== own.status || theirs.body !== own.body) return [];
  return [{ path: 'deviation', expected: 'another response of AgentOS', actual: `${theirs.status} ${theirs.body}` }];
}

function statusDifference(expected: string, { status, body }: HttpResponse): readonly Difference[] | undefined {
  return expected === String(status) ? undefined : [{ path: 'status', expected, actual: `${status} ${body}` }];
}
