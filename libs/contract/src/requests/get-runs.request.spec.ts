import { describe, expect, it } from 'vitest';
import { issuesOf, problemOf } from '../../../../test/support/contract-problem.js';
import { parseGetRunPreviews, parseGetRuns } from './get-runs.request.js';

const STATUSES = "['CANCELLED', 'COMPLETED', 'ERROR', 'PAUSED', 'PENDING', 'REGENERATED', 'RUNNING']";

describe('parseGetRuns', () => {
  it('reads created_after and created_before of any size, and statuses in any letter case', () => {
    const parsed = parseGetRuns(
      'created_after=-5&created_before=99999999999999999999&status=paused&status=ERROR&type=team',
    );
    expect(parsed).toMatchObject({ type: 'team', createdAfter: -5n, createdBefore: 99999999999999999999n });
    expect(parsed.statuses).toEqual(new Set(['PAUSED', 'ERROR']));
  });

  it('applies no filter by default', () => {
    expect(parseGetRuns('')).toMatchObject({ createdAfter: undefined, createdBefore: undefined, statuses: undefined });
  });

  it.each([
    ['status=zzz&status=nope&status=Nope', "['NOPE', 'ZZZ']"],
    ['status=', "['']"],
    ['status=completed&status=stra%C3%9Fe', "['STRASSE']"],
    ['status=it%27s&status=%F0%9F%98%80&status=%EF%BF%BD', `["IT'S", '\ufffd', '😀']`],
  ])('rejects the query %s with a 400 that lists the unknown statuses %s', (query, values) => {
    const message = `Invalid status value(s) ${values}; expected one of ${STATUSES}`;
    expect(problemOf(() => parseGetRuns(query))).toEqual([400, message]);
  });

  it('reports only an invalid type and invalid bounds when a status is unknown as well', () => {
    const expected = ['enum query.type', 'int_parsing query.created_after', 'int_parsing query.created_before'];
    expect(issuesOf(() => parseGetRuns('status=nope&created_before=1.5&created_after=&type=x'))).toEqual(expected);
  });
});

describe('parseGetRunPreviews', () => {
  it('reads include, repeated or separated by commas', () => {
    expect(parseGetRunPreviews('')).toMatchObject({ includesMetrics: false });
    for (const query of ['include=metrics', 'include=,metrics,&include=', 'include=&include=%20metrics'])
      expect(parseGetRunPreviews(query)).toMatchObject({ includesMetrics: true });
  });

  it('rejects other values of include, after the issues of AgentOS', () => {
    expect(issuesOf(() => parseGetRunPreviews('include=metrics,tools&include=Metrics'))).toEqual([
      'enum query.include',
      'enum query.include',
    ]);
    expect(issuesOf(() => parseGetRunPreviews('include=tools&type=x'))).toEqual(['enum query.type']);
  });

  it('is the only one to read include', () => {
    expect(parseGetRuns('include=tools')).toMatchObject({ includesMetrics: false });
  });
});
