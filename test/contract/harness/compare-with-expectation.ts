import {
  type Difference,
  type ExpectedResponse,
  type JsonNode,
  jsonDifferences,
  memberOf,
  type Period,
  parseJson,
  printJson,
  responseDifferences,
  type TimedResponse,
} from '@session-service/comparison';
import type { Deviation } from '../deviations.js';
import type { ContractCase } from './contract-case.js';
import { describeRequest, type Expectation } from './expectation.js';
import { type CaseOutcome, periodOfCase } from './perform-case.js';

/** All differences between our outcome and the expectation. Empty if the case passes. */
export function compareWithExpectation(
  contract: ContractCase,
  expected: Expectation,
  ours: CaseOutcome,
  deviations: readonly Deviation[],
): Difference[] {
  const outdated = outdatedRequests(contract, expected);
  if (outdated.length > 0) return outdated;
  const deviated = deviations.reduce(deviate, expected);
  const found = deviated.answers.flatMap((answer, step) =>
    stepDifferences(contract, answer, ours.responses[step], step),
  );
  const period = periodOfCase(ours);
  const deviatingRows = deviations.filter(changesRows);
  if (deviatingRows.length > 0)
    found.push(...deviatingRows.flatMap((deviation) => deviationDifferences(deviation, ours.rows, period)));
  else found.push(...rowDifferences('rows', deviated.rows, ours.rows, period));
  found.push(...rowDifferences('tables', deviated.tables, ours.tables, period));
  for (const deviation of deviations) {
    if (!sameAsOracle(expected, deviation)) continue;
    found.push({ path: 'deviation', expected: 'a difference', actual: 'the oracle responds the same' });
  }
  return found;
}

function outdatedRequests(contract: ContractCase, expected: Expectation): Difference[] {
  const sent = contract.steps.map(describeRequest).join('\n');
  const recorded = expected.requests.join('\n');
  return sent === recorded ? [] : [{ path: 'recording out of date', expected: recorded, actual: sent }];
}

/** Headers of our response that a 500 of the oracle lacks, because AgentOS sends it without CORS headers. */
const OWN_HEADERS = { 'content-type': 'application/json', vary: 'origin' };

/** The expectation with the response to one request replaced by the response that the deviation defines. */
function deviate(expected: Expectation, deviation: Deviation): Expectation {
  const deviatingStep = stepOf(expected, deviation);
  const { status, body } = deviation;
  const answers = expected.answers.map((answer, step): ExpectedResponse => {
    return step === deviatingStep ? { status, headers: { ...answer.headers, ...OWN_HEADERS }, body } : answer;
  });
  return { ...expected, answers };
}

function stepOf(expected: Expectation, deviation: Deviation): number {
  return deviation.step ?? expected.answers.length - 1;
}

function changesRows({ rows, runIds }: Deviation): boolean {
  return rows !== undefined || runIds !== undefined;
}

/** True when the oracle now responds as the deviation defines, so that the deviation is obsolete. */
function sameAsOracle(expected: Expectation, deviation: Deviation): boolean {
  const oracle = expected.answers[stepOf(expected, deviation)];
  if (oracle?.status !== deviation.status || oracle.body !== deviation.body) return false;
  const rows = expected.rows === undefined ? undefined : parseJson(expected.rows);
  return !changesRows(deviation) || deviationDifferences(deviation, rows, { from: 0, to: 0 }).length === 0;
}

function stepDifferences(
  contract: ContractCase,
  expected: ExpectedResponse,
  response: TimedResponse | undefined,
  step: number,
): Difference[] {
  const prefix = contract.steps.length === 1 ? '' : `step ${step + 1}: `;
  if (response === undefined)
    return [{ path: `${prefix}response`, expected: String(expected.status), actual: '(none)' }];
  return responseDifferences(expected, response, contract).map((difference) => ({
    ...difference,
    path: prefix + difference.path,
  }));
}

function rowDifferences(
  name: string,
  expected: string | undefined,
  actual: JsonNode | undefined,
  period: Period,
): Difference[] {
  if (expected === undefined || actual === undefined) return [];
  return jsonDifferences(parseJson(expected), actual, period, name);
}

function deviationDifferences(deviation: Deviation, rows: JsonNode | undefined, period: Period): Difference[] {
  const expectedRuns = deviation.runIds?.join(', ');
  const actualRuns = items(rows, 'runs')
    .map((run) => stringMember(run, 'run_id'))
    .join(', ');
  const found = Object.entries(deviation.rows ?? {}).flatMap(([sessionId, columns]) => {
    const row = items(rows, 'sessions').find((item) => stringMember(item, 'session_id') === sessionId);
    const path = `rows.${sessionId}`;
    if (columns === 'gone') return row === undefined ? [] : [{ path, expected: 'gone', actual: printJson(row) }];
    if (row === undefined) return [{ path, expected: 'a row', actual: '(none)' }];
    return Object.entries(columns).flatMap(([column, value]) => {
      return jsonDifferences(parseJson(value), memberOf(row, column) ?? row, period, `${path}.${column}`);
    });
  });
  if (expectedRuns !== undefined && expectedRuns !== actualRuns) {
    found.push({ path: 'rows.runs', expected: expectedRuns, actual: actualRuns });
  }
  return found;
}

function items(rows: JsonNode | undefined, table: string): readonly JsonNode[] {
  const found = rows === undefined ? undefined : memberOf(rows, table);
  return found?.kind === 'array' ? found.items : [];
}

function stringMember(row: JsonNode, column: string): string {
  const found = memberOf(row, column);
  return found?.kind === 'string' ? found.value : '';
}
