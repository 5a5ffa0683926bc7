import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { postgresPrograms } from '../../apps/session-service/src/embedded/postgres-programs.js';
import { AGNO_VERSION, pythonOf } from '../../test/contract/harness/python.js';
import { markdownTable, writeBetweenMarks } from '../../test/support/markdown.js';
import { CHECKOUT } from '../../test/support/session-service.js';
import type { StartCost } from '../start-up.js';
import type { SubjectName } from '../subjects.js';
import { cpuOverBare, type LimitResult, type TargetResult, throughputOverPython } from '../target-result.js';
import { DATASETS, type DatasetName } from '../targets.js';
import { renderPlot } from './plot.js';
import { metricCells, START_UP_HEAD, startUpRows, targetLabel } from './report-lines.js';

const PLOT = resolve(CHECKOUT, 'docs/performance.svg');

type Peaks = ReadonlyMap<DatasetName, ReadonlyMap<SubjectName, number>>;

/** Writes the tables of a full run between the marks in docs/performance.md, and the plot to docs/performance.svg. */
export async function writeBenchReport(
  outcomes: readonly TargetResult[],
  peaks: Peaks,
  starts: ReadonlyMap<SubjectName, StartCost>,
  limits: readonly LimitResult[],
): Promise<void> {
  const tables = [...peaks].map(([dataset, peak]) => datasetTable(dataset, outcomes, peak));
  const parts = [
    await machine(),
    '![Requests per second relative to Python](performance.svg)',
    ...tables,
    markdownTable(START_UP_HEAD, startUpRows(starts)),
    limitTable(limits),
  ];
  writeBetweenMarks('docs/performance.md', 'make bench', parts.join('\n\n'));
  writeFileSync(PLOT, renderPlot(outcomes));
}

async function machine(): Promise<string> {
  const version = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' }).trim();
  const { pgCtl } = await postgresPrograms();
  const names = [
    `${cpus().length} cores (${cpus()[0]?.model})`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}`,
    version(pgCtl, '--version').replace(/^pg_ctl \(PostgreSQL\)/, 'PostgreSQL'),
    version(pythonOf(AGNO_VERSION), '--version'),
    `agno ${AGNO_VERSION}`,
  ];
  return `Measured on ${new Date().toISOString().slice(0, 10)}: ${names.join(', ')}.`;
}

function datasetTable(
  dataset: DatasetName,
  outcomes: readonly TargetResult[],
  peaks: ReadonlyMap<SubjectName, number>,
) {
  const { sessions, runs, runBytes } = DATASETS[dataset];
  const size = `${sessions.toLocaleString('en')} sessions × ${runs} run${runs === 1 ? '' : 's'} of ${runBytes / 1000} KB`;
  const head = [
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'PostgreSQL µs',
    'Python req/s',
    '× Python (limit)',
    '× bare CPU (limit)',
  ];
  const rows = outcomes
    .filter(({ target }) => target.on === dataset)
    .map((outcome) => [
      targetLabel(outcome),
      ...metricCells(outcome, 'ours'),
      metricCells(outcome, 'python')[0] ?? '',
      throughputOverPython(outcome).text,
      cpuOverBare(outcome).text,
    ]);
  const peak = [...peaks].map(([name, megabytes]) => `${name} ${megabytes.toFixed(0)} MB`).join(', ');
  return `${markdownTable([size, ...head], rows)}\n\nPeak RSS during all of these: ${peak}.`;
}

function limitTable(limits: readonly LimitResult[]): string {
  return markdownTable(
    ['metric', 'measured (limit)'],
    limits.map(({ what, text }) => [what, text]),
  );
}
