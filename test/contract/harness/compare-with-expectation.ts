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

/** Everything in which our side is not as it should be; empty when the case passes. */
export function compareWithExpectation(
  contract: ContractCase,
  expected: Expectation,
  ours: CaseOutcome,
  deviations: readonly Deviation[],
): Difference[] {
  const outdated = outdatedRequests(contract, expected);
  if (outdated.length > 0) return outdated;
  const wanted = deviations.reduce(deviate, expected);
  const found = wanted.answers.flatMap((answer, step) => ofAnswer(contract, answer, ours.answers[step], step));
  const made = periodOfCase(ours);
  const own = deviations.filter(changesRows);
  if (own.length > 0) found.push(...own.flatMap((deviation) => ofDeviatingRows(deviation, ours.rows, made)));
  else found.push(...ofRows('rows', wanted.rows, ours.rows, made));
  found.push(...ofRows('tables', wanted.tables, ours.tables, made));
  for (const deviation of deviations) {
    if (!sameAsOracle(expected, deviation)) continue;
    found.push({ path: 'deviation', expected: 'the oracle answers otherwise', actual: 'the oracle answers just this' });
  }
  return found;
}

function outdatedRequests(contract: ContractCase, expected: Expectation): Difference[] {
  const sent = contract.steps.map(describeRequest).join('\n');
  const recorded = expected.requests.join('\n');
  return sent === recorded ? [] : [{ path: 'recording out of date', expected: recorded, actual: sent }];
}

/** The headers of an answer of ours where the oracle has none to compare with: its 500s come without CORS. */
const OWN_HEADERS = { 'content-type': 'application/json', vary: 'origin' };

/** The oracle's outcome with the step in question replaced by what we answer on purpose. */
function deviate(expected: Expectation, deviation: Deviation): Expectation {
  const at = stepOf(expected, deviation);
  const { status, body } = deviation;
  const answers = expected.answers.map((answer, step): ExpectedResponse => {
    return step === at ? { status, headers: { ...answer.headers, ...OWN_HEADERS }, body } : answer;
  });
  return { ...expected, answers };
}

function stepOf(expected: Expectation, deviation: Deviation): number {
  return deviation.step ?? expected.answers.length - 1;
}

function changesRows({ rows, runIds }: Deviation): boolean {
  return rows !== undefined || runIds !== undefined;
}

/** A deviation that is none any more: the oracle has come to do what we do. */
function sameAsOracle(expected: Expectation, deviation: Deviation): boolean {
  const oracle = expected.answers[stepOf(expected, deviation)];
  if (oracle?.status !== deviation.status || oracle.body !== deviation.body) return false;
  const rows = expected.rows === undefined ? undefined : parseJson(expected.rows);
  return !changesRows(deviation) || ofDeviatingRows(deviation, rows, { from: 0, to: 0 }).length === 0;
}

function ofAnswer(
  contract: ContractCase,
  expected: ExpectedResponse,
  answer: TimedResponse | undefined,
  step: number,
): Difference[] {
  const where = contract.steps.length === 1 ? '' : `step ${step + 1}: `;
  if (answer === undefined) return [{ path: `${where}answer`, expected: String(expected.status), actual: '(none)' }];
  return responseDifferences(expected, answer, contract).map((each) => ({ ...each, path: where + each.path }));
}

function ofRows(name: string, expected: string | undefined, actual: JsonNode | undefined, made: Period): Difference[] {
  if (expected === undefined || actual === undefined) return [];
  return jsonDifferences(parseJson(expected), actual, made, name);
}

function ofDeviatingRows(deviation: Deviation, rows: JsonNode | undefined, made: Period): Difference[] {
  const wantedRuns = deviation.runIds?.join(', ');
  const leftRuns = items(rows, 'runs')
    .map((run) => text(run, 'run_id'))
    .join(', ');
  const found = Object.entries(deviation.rows ?? {}).flatMap(([sessionId, columns]) => {
    const row = items(rows, 'sessions').find((item) => text(item, 'session_id') === sessionId);
    const path = `rows.${sessionId}`;
    if (columns === 'gone') return row === undefined ? [] : [{ path, expected: 'gone', actual: printJson(row) }];
    if (row === undefined) return [{ path, expected: 'a row', actual: '(none)' }];
    return Object.entries(columns).flatMap(([column, value]) => {
      return jsonDifferences(parseJson(value), memberOf(row, column) ?? row, made, `${path}.${column}`);
    });
  });
  if (wantedRuns !== undefined && wantedRuns !== leftRuns) {
    found.push({ path: 'rows.runs', expected: wantedRuns, actual: leftRuns });
  }
  return found;
}

function items(rows: JsonNode | undefined, table: string): readonly JsonNode[] {
  const found = rows === undefined ? undefined : memberOf(rows, table);
  return found?.kind === 'array' ? found.items : [];
}

function text(row: JsonNode, column: string): string {
  const found = memberOf(row, column);
  return found?.kind === 'string' ? found.value : '';
}
