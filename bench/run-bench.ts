/** `make bench`: compares our production build, Python and a bare server on the same rows. */
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres.js';
import { benchDataset } from './bench-dataset.js';
import { benchConversations, CONVERSATIONS } from './conversations.js';
import { benchCursors, CURSORS } from './cursors.js';
import { benchExplorer, EXPLORER } from './explorer.js';
import { benchGatewayCost, GATEWAY } from './gateway-cost.js';
import { benchMemory, MEMORY_ROWS } from './memory.js';
import { limitLine, OUTCOME_HEADER, outcomeLine, startUpLines } from './report/report-lines.js';
import { writeBenchReport } from './report/write-bench-report.js';
import { benchServiceLimits, listGrowth } from './service-limits.js';
import { benchStartUp, START_UP } from './start-up.js';
import type { SubjectName } from './subjects.js';
import { cpuOverBare, failuresOf, type LimitResult, type TargetResult, throughputOverPython } from './target-result.js';
import { DATASETS, type DatasetName, TARGETS } from './targets.js';
import { benchUsage, USAGE } from './usage.js';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, 'no-python': { type: 'boolean' } },
});
const PACE = options.quick ? { seconds: 2, rounds: 1, starts: 3 } : { seconds: 4, rounds: 3, starts: 9 };
const SUBJECTS: SubjectName[] = options['no-python'] ? ['ours', 'bare'] : ['ours', 'python', 'bare'];
const ONLY = options.only?.split(',');
const isWhole = options.only === undefined && !options['no-python'];

async function main(): Promise<boolean> {
  const postgres = await startPostgres();
  const outcomes: TargetResult[] = [];
  const peaks = new Map<DatasetName, ReadonlyMap<SubjectName, number>>();
  try {
    for (const name of Object.keys(DATASETS) as DatasetName[]) {
      const targets = TARGETS.filter(({ on, kind }) => on === name && (ONLY?.includes(kind) ?? true));
      if (targets.length === 0) continue;
      const { sessions, runs, runBytes } = DATASETS[name];
      print(`\n${sessions} sessions of ${runs} runs of ${runBytes} bytes\n${OUTCOME_HEADER}`);
      const report = (outcome: TargetResult) => {
        outcomes.push(outcome);
        print(outcomeLine(outcome));
      };
      peaks.set(name, await benchDataset(postgres, name, targets, SUBJECTS, PACE, report));
    }
    const startUp =
      (ONLY?.includes(START_UP) ?? true) ? await benchStartUp(postgres, SUBJECTS, PACE.starts) : undefined;
    for (const line of startUp === undefined ? [] : startUpLines(startUp.starts)) print(line);
    const limits: LimitResult[] = [
      ...(startUp?.limits ?? []),
      ...(isWhole ? [...listGrowth(outcomes), ...(await benchServiceLimits(postgres))] : []),
    ];
    for (const limit of limits) print(limitLine(limit));
    const further: [string, () => AsyncIterable<LimitResult>][] = [
      [MEMORY_ROWS, benchMemory],
      [CURSORS, () => benchCursors(postgres)],
      [CONVERSATIONS, () => benchConversations(postgres)],
      [EXPLORER, () => benchExplorer(postgres)],
      [GATEWAY, () => benchGatewayCost(postgres)],
      [USAGE, () => benchUsage(postgres)],
    ];
    for (const [name, measure] of further) {
      if (!(ONLY?.includes(name) ?? isWhole)) continue;
      for await (const limit of measure()) {
        print(limitLine(limit));
        limits.push(limit);
      }
    }
    if (isWhole && startUp !== undefined) await writeBenchReport(outcomes, peaks, startUp.starts, limits);
    const statuses = [
      ...outcomes.flatMap((outcome) => [throughputOverPython(outcome), cpuOverBare(outcome)]),
      ...limits,
    ];
    return statuses.every(({ isMet }) => isMet) && outcomes.every((outcome) => failuresOf(outcome) === 0);
  } finally {
    await postgres.stop();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = (await main()) ? 0 : 1;
