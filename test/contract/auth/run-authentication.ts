import { setTimeout as pause } from 'node:timers/promises';
import type { ProxyName } from '../../gateway/gateway-process.js';
import { storeAccounts } from '../../support/service-account-rows.js';
import { compareWithExpectation } from '../harness/compare-with-expectation.js';
import { type ContractCase, caseCollector } from '../harness/contract-case.js';
import { expectationOf } from '../harness/expectation.js';
import { isRefused } from '../harness/gateway-refusals.js';
import { type CaseOutcome, performCase } from '../harness/perform-case.js';
import type { Step } from '../harness/send-step.js';
import {
  assertRunning,
  behindGateway,
  bothStarted,
  type RunningSide,
  startOracle,
  startOurs,
} from '../harness/sides.js';
import type { SuiteReport } from '../harness/suite-report.js';
import type { Templates } from '../harness/templates.js';
import type { Unit } from '../harness/units.js';
import { ACCOUNT_ROWS, AUTH_MODES, type AuthMode, type TestCaller } from './auth-modes.js';
import { ALL_READS, COMPONENT_READS, GIVEN_SESSIONS, WRITES } from './auth-requests.js';

/** One unit per authentication mode. Sends every request as each caller to our service and to a live AgentOS. */
export function authenticationUnits(templates: Templates, behind: ProxyName | undefined): Unit[] {
  return AUTH_MODES.map((mode, index) => ({
    name: `auth: ${mode.name}`,
    run: (report) => runMode(templates, mode, index, behind, report),
  }));
}

async function runMode(
  templates: Templates,
  mode: AuthMode,
  index: number,
  behind: ProxyName | undefined,
  report: SuiteReport,
): Promise<void> {
  const { auth, env = {} } = mode.oracle;
  const oracleEnv = auth === undefined ? env : { ...env, ORACLE_AUTH: JSON.stringify(auth) };
  const [oracle, direct] = await bothStarted(
    startOracle(templates, 'v3', `oracle_auth${index}`, oracleEnv),
    startOurs(templates, 'v3', `ours_auth${index}`, mode.ours),
  );
  let ours = direct;
  try {
    ours = await behindGateway(direct, oracle, behind);
    if (mode.hasAccounts === true) await Promise.all([oracle, ours].map(giveAccounts));
    const failures = new FailureWindow();
    for (const contract of casesOf(mode)) {
      if (isRefused(contract, behind)) continue;
      if (mode.hasAccounts === true) await failures.keepOpen();
      await compare(mode.name, contract, oracle, ours, report);
      for (const side of [oracle, ours]) assertRunning(side);
    }
  } finally {
    await Promise.all([oracle.stop(), ours.stop()]);
  }
}

/**
 * Both sides respond 429 after 20 wrong account tokens within 60 s, each by its own clock. If the 60 s ended during the
 * run, one side could respond 429 and the other still 401. So, after 40 s, wait until both windows have expired.
 */
class FailureWindow {
  private start = Date.now();

  async keepOpen(): Promise<void> {
    if (Date.now() - this.start < 40_000) return;
    await pause(61_000);
    this.start = Date.now();
  }
}

async function giveAccounts({ databases }: RunningSide): Promise<void> {
  const client = databases.get('default');
  if (client !== undefined) await storeAccounts((text, values) => client.query(text, values), ACCOUNT_ROWS);
}

async function compare(
  mode: string,
  contract: ContractCase,
  oracle: RunningSide,
  ours: RunningSide,
  report: SuiteReport,
) {
  try {
    const [theirs, own] = await Promise.all([perform(oracle, contract), perform(ours, contract)]);
    report.add('auth', mode, contract.name, compareWithExpectation(contract, expectationOf(contract, theirs), own, []));
  } catch (error) {
    const actual = error instanceof Error ? error.message : String(error);
    report.add('auth', mode, contract.name, [{ path: 'error', expected: 'a response', actual }]);
  }
}

/** Without the bodies that describe components: a running AgentOS lists its own, we those of the tables. */
async function perform(side: RunningSide, contract: ContractCase): Promise<CaseOutcome> {
  const outcome = await performCase(side, contract);
  if (!contract.steps.some((step) => COMPONENT_READS.some(({ path }) => path === step.path))) return outcome;
  const responses = outcome.responses.map((item) => (item.status === 200 ? { ...item, body: '' } : item));
  return { ...outcome, responses };
}

function* casesOf({ callers, componentCallers = [], briefCallers }: AuthMode): Generator<ContractCase> {
  for (const caller of callers) {
    const { cases, add } = caseCollector('list');
    for (const step of ALL_READS) add(nameOf(caller, step), by(caller, step), { rowsOf: [] });
    for (const step of WRITES) add(nameOf(caller, step), by(caller, step), { given: GIVEN_SESSIONS, rowsOf: ROWS });
    yield* cases;
  }
  for (const caller of [...callers, ...componentCallers]) {
    const { cases, add } = caseCollector('list');
    for (const step of COMPONENT_READS) add(nameOf(caller, step), by(caller, step), { rowsOf: [] });
    yield* cases;
  }
  for (const caller of briefCallers()) {
    const { cases, add } = caseCollector('list');
    for (const step of [ALL_READS[0], WRITES[0]]) {
      if (step !== undefined) add(nameOf(caller, step), by(caller, step), { given: GIVEN_SESSIONS });
    }
    yield* cases;
  }
}

const ROWS = [...GIVEN_SESSIONS.map(({ session_id }) => session_id), 'fresh'];

function nameOf([caller]: TestCaller, { method, path, body }: Step): string {
  return `${caller}: ${method} ${path}${typeof body === 'string' ? ` ${body}` : ''}`;
}

function by([, headers]: TestCaller, step: Step): Step {
  return { ...step, headers: { ...step.headers, ...headers } };
}
