import { parseJson } from '@session-service/comparison';
import { describe, expect, it } from 'vitest';
import type { Deviation } from '../deviations.js';
import { compareWithExpectation } from './compare-with-expectation.js';
import { caseCollector, get } from './contract-case.js';
import { expectationOf } from './expectation.js';
import type { CaseOutcome } from './perform-case.js';

const JSON_TYPE = { 'content-type': 'application/json', vary: 'origin' };
const { cases, add } = caseCollector('detail');
add('planted', get('/sessions/x'));
const [contract] = cases;
if (contract === undefined) throw new Error('no case');

function outcome(status: number, body: string, headers = JSON_TYPE, rows = '{"sessions":[],"runs":[]}'): CaseOutcome {
  return { responses: [{ status, headers, body, sentAt: 1_790_000_000, milliseconds: 10 }], rows: parseJson(rows) };
}

const paths = (theirs: CaseOutcome, ours: CaseOutcome, deviations: Deviation[] = []) =>
  compareWithExpectation(contract, expectationOf(contract, theirs), ours, deviations).map(({ path }) => path);

describe('compareWithExpectation', () => {
  const good = outcome(200, '{"a":1}');

  it('reports no differences for equal outcomes', () => expect(paths(good, good)).toEqual([]));
  it('reports a different status', () => expect(paths(good, outcome(201, '{"a":1}'))).toEqual(['status']));
  it('reports a different value', () => expect(paths(good, outcome(200, '{"a":2}'))).toEqual(['$.a']));
  it('reports a different header', () =>
    expect(paths(good, outcome(200, '{"a":1}', { ...JSON_TYPE, vary: '' }))).toEqual(['header vary']));
  it('reports a different row', () => {
    const rows = '{"sessions":[{"session_id":"x"}],"runs":[]}';
    expect(paths(good, outcome(200, '{"a":1}', JSON_TYPE, rows))).toEqual(['rows.sessions[0]']);
  });
  it('reports a body that is not JSON', () => expect(paths(good, outcome(200, '{"a":'))).toEqual(['body']));
});

describe('compareWithExpectation with a deviation', () => {
  const deviation: Deviation = { case: 'detail: planted', reason: 'odd-field', status: 200, body: '{"a":null}' };
  const failing = outcome(500, '{"detail":"x"}', { 'content-type': 'application/json', vary: '' });

  it('accepts the response that the deviation defines', () =>
    expect(paths(failing, outcome(200, '{"a":null}'), [deviation])).toEqual([]));
  it('reports a response other than the one that the deviation defines', () =>
    expect(paths(failing, outcome(200, '{"a":1}'), [deviation])).toEqual(['$.a']));
  it('reports the deviation as obsolete when the oracle responds like our service', () =>
    expect(paths(outcome(200, '{"a":null}'), outcome(200, '{"a":null}'), [deviation])).toEqual(['deviation']));
  it('compares the rows with the rows that the deviation defines', () => {
    const rows = '{"sessions":[{"session_id":"x","user_id":"u"}],"runs":[]}';
    const ours = outcome(200, '{"a":null}', JSON_TYPE, rows);
    expect(paths(failing, ours, [{ ...deviation, rows: { x: { user_id: '"u"' } } }])).toEqual([]);
    expect(paths(failing, ours, [{ ...deviation, rows: { x: 'gone' } }])).toEqual(['rows.x']);
    expect(paths(failing, ours, [{ ...deviation, rows: {}, runIds: ['r'] }])).toEqual(['rows.runs']);
  });
});
