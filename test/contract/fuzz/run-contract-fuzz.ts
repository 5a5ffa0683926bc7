/**
 * Compares the responses of our service to random requests on random rows with those of a live AgentOS:
 * `fuzz/run-contract-fuzz.ts [--seed N] [--count N] [--layout v3]`
 */
import { parseArgs } from 'node:util';
import { isDerivedMessageTime } from '@session-service/comparison';
import { startPostgres } from '../../support/postgres.js';
import { compareWithExpectation } from '../harness/compare-with-expectation.js';
import type { ContractCase, Layout } from '../harness/contract-case.js';
import { describeRequest, type Expectation, expectationOf } from '../harness/expectation.js';
import { type CaseOutcome, performCase } from '../harness/perform-case.js';
import { bothStarted, type RunningSide, startOracle, startOurs } from '../harness/sides.js';
import { SuiteReport } from '../harness/suite-report.js';
import { Templates } from '../harness/templates.js';
import { fuzzCases } from './fuzz-cases.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    layout: { type: 'string', default: 'v3' },
  },
});

async function main(): Promise<number> {
  const layout = values.layout as Layout;
  const report = new SuiteReport((line) => process.stdout.write(`${line}\n`));
  const postgres = await startPostgres();
  try {
    const templates = new Templates(postgres);
    const [oracle, ours] = await bothStarted(startOracle(templates, layout), startOurs(templates, layout));
    for (const contract of fuzzCases(Number(values.seed), Number(values.count))) {
      await compare(contract, oracle, ours, report);
    }
    await Promise.all([oracle.stop(), ours.stop()]);
  } finally {
    await postgres.stop();
  }
  report.summary();
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
}

async function compare(
  contract: ContractCase,
  oracle: RunningSide,
  ours: RunningSide,
  report: SuiteReport,
): Promise<void> {
  const [theirs, own] = await Promise.all([performCase(oracle, contract), performCase(ours, contract)]);
  const { requests, answers, rows } = expectationOf(contract, theirs);
  const failedToWrite = contract.steps.some(
    ({ method }, index) => method !== 'GET' && (answers[index]?.status ?? 500) >= 500,
  );
  if (failedToWrite) return;
  // Ignores failures of AgentOS, and our 422 where AgentOS responds 404, because we validate before resolving the database.
  const isComparable = (index: number) => {
    const status = answers[index]?.status ?? 500;
    return status < 500 && !(status === 404 && own.responses[index]?.status === 422);
  };
  const comparable = <T>(items: readonly T[]) => items.filter((_, index) => isComparable(index));
  const expected: Expectation = {
    requests: comparable(requests),
    answers: comparable(answers),
    ...(rows === undefined ? {} : { rows }),
  };
  const steps = comparable(contract.steps);
  const found = compareWithExpectation(
    { ...contract, steps },
    expected,
    { ...own, responses: comparable(own.responses) },
    [],
  ).filter((difference) => !isDerivedMessageTime(difference, Number.POSITIVE_INFINITY));
  report.add(
    values.layout as Layout,
    'fuzz',
    contract.name,
    [...failuresOf(own), ...found],
    steps.map(describeRequest),
  );
}

function failuresOf({ responses }: CaseOutcome) {
  return responses
    .filter(({ status }) => status >= 500)
    .map(({ status, body }) => ({ path: 'status', expected: 'below 500', actual: `${status} ${body}` }));
}

process.exitCode = await main();
