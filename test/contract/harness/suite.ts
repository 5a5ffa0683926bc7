import { DEVIATIONS, type Deviation } from '../deviations.js';
import { compareWithExpectation } from './compare-with-expectation.js';
import { COLUMN_LAYOUTS, type ContractCase, type Layout } from './contract-case.js';
import { describeRequest, type Expectation, expectationOf } from './expectation.js';
import { isRefused, refusalDifferences } from './gateway-refusals.js';
import { type CaseOutcome, performCase } from './perform-case.js';
import { tableExists } from './read-database.js';
import { caseKey, type Recording, readRecording, writeRecording } from './recording.js';
import { assertRunning, behindGateway, bothStarted, type RunningSide, startOracle, startOurs } from './sides.js';
import type { SuiteOptions } from './suite-options.js';
import type { SuiteReport } from './suite-report.js';
import type { Templates } from './templates.js';
import type { Unit } from './units.js';

/** Runs the selected cases on the selected layouts: compares with a live AgentOS or its recording, or records. */
export class Suite {
  private readonly templates: Templates;
  private readonly options: SuiteOptions;
  private readonly all: readonly ContractCase[];
  private readonly cases: readonly ContractCase[];

  constructor(templates: Templates, options: SuiteOptions, cases: readonly ContractCase[]) {
    this.templates = templates;
    this.options = options;
    this.all = cases;
    this.cases = selectCases(cases, options);
  }

  /** One unit per selected layout. Units can run concurrently. */
  units(): Unit[] {
    return this.options.layouts.map((layout) => ({
      name: this.nameOf(layout),
      run: (report) => this.runLayout(layout, report),
    }));
  }

  /** Runs the selected cases of one layout and adds their results to the report. */
  async runLayout(layout: Layout, report: SuiteReport): Promise<void> {
    const cases = this.cases.filter((contract) => contract.layouts.includes(layout));
    if (cases.length === 0) return;
    if (this.options.record) return this.record(layout, cases, report);
    const [direct, oracle] = await bothStarted(
      this.options.against === 'oracle'
        ? startOracle(this.templates, layout, this.sideName('twin'))
        : startOurs(this.templates, layout, this.sideName('ours')),
      this.options.recorded ? Promise.resolve(undefined) : startOracle(this.templates, layout, this.sideName('oracle')),
    );
    let ours = direct;
    try {
      ours = await behindGateway(direct, oracle, this.options.behind);
      const recording = this.options.recorded ? readRecording(layout) : undefined;
      for (const contract of cases) {
        await this.compare(contract, oracle, ours, recording, report);
        for (const side of [oracle, ours]) if (side !== undefined) assertRunning(side);
      }
      if (COLUMN_LAYOUTS.includes(layout) && this.options.against === 'service')
        await this.checkUntouched(ours, report);
    } finally {
      await Promise.all([oracle?.stop(), ours.stop()]);
    }
  }

  private async compare(
    contract: ContractCase,
    oracle: RunningSide | undefined,
    ours: RunningSide,
    recording: Recording | undefined,
    report: SuiteReport,
  ): Promise<void> {
    const { layout } = ours;
    const { behind } = this.options;
    const name = this.nameOf(layout);
    const requests = contract.steps.map(describeRequest);
    try {
      if (behind !== undefined && isRefused(contract, behind)) {
        const found = refusalDifferences(contract, await performCase(ours, contract), behind);
        report.add(name, 'refused by the gateway', `${contract.route}: ${contract.name}`, found, requests);
        return;
      }
      const [live, actual] = await Promise.all([oracle && performCase(oracle, contract), performCase(ours, contract)]);
      const expected = live === undefined ? recording?.get(caseKey(contract)) : expectationOf(contract, live);
      if (expected === undefined) throw new Error('not recorded: run contract-record.sh');
      const found = compareWithExpectation(contract, expected, actual, this.deviationsOf(contract, layout));
      report.add(name, contract.route, contract.name, found, requests);
    } catch (error) {
      const actual = error instanceof Error ? error.message : String(error);
      report.add(name, contract.route, contract.name, [{ path: 'error', expected: 'a response', actual }], requests);
    }
  }

  /** The unit of a layout. */
  private nameOf(layout: Layout): string {
    return this.options.behind === undefined ? layout : `${layout} behind ${this.options.behind}`;
  }

  /** Part of the names of databases, which a layout that is also tested behind a gateway must not share. */
  private sideName(side: string): string {
    return this.options.behind === undefined ? side : `${side}_${this.options.behind}`;
  }

  private deviationsOf(contract: ContractCase, layout: Layout): readonly Deviation[] {
    if (this.options.against === 'oracle') return [];
    return DEVIATIONS.filter((item) => item.case === caseKey(contract) && (item.layouts ?? [layout]).includes(layout));
  }

  private async record(layout: Layout, cases: readonly ContractCase[], report: SuiteReport): Promise<void> {
    const oracle = await startOracle(this.templates, layout);
    const old = this.cases.length < this.all.length ? readRecording(layout) : new Map<string, Expectation>();
    const fresh = new Map<string, Expectation>();
    try {
      for (const contract of cases) {
        const outcome: CaseOutcome = await performCase(oracle, contract);
        fresh.set(caseKey(contract), expectationOf(contract, outcome));
        report.add(layout, contract.route, contract.name, []);
      }
    } finally {
      await oracle.stop();
    }
    const entries = this.all.flatMap((contract): [string, Expectation][] => {
      const expectation = fresh.get(caseKey(contract)) ?? old.get(caseKey(contract));
      return expectation === undefined ? [] : [[caseKey(contract), expectation]];
    });
    writeRecording(layout, new Map(entries));
  }

  /** Checks that the service has not added a runs table to a 2.x database, which Python 2.x still uses. */
  private async checkUntouched(ours: RunningSide, report: SuiteReport): Promise<void> {
    for (const client of ours.databases.values()) {
      const altered = await tableExists(client, 'ai.agno_runs');
      const found = altered ? [{ path: 'ai.agno_runs', expected: 'no such table', actual: 'created' }] : [];
      report.add(ours.layout, 'create', 'no table is added to a 2.x database', found);
    }
  }
}

/** Selects the cases. Cases that only read come first, because writes change the physical order of rows. */
function selectCases(cases: readonly ContractCase[], { routes, only }: SuiteOptions): ContractCase[] {
  const selected = cases.filter((contract) => routes.includes(contract.route) && contract.name.includes(only));
  const reads = (contract: ContractCase) =>
    contract.given.length === 0 && contract.steps.every((step) => step.method === 'GET');
  return [...selected.filter(reads), ...selected.filter((contract) => !reads(contract))];
}
