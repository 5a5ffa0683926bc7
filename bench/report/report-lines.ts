import type { StartCost } from '../start-up.js';
import type { SubjectName } from '../subjects.js';
import {
  cpuOverBare,
  failuresOf,
  type LimitResult,
  type TargetResult,
  throughputOverPython,
} from '../target-result.js';

const LABEL_WIDTH = 24;

/** Column titles of `outcomeLine`. */
export const OUTCOME_HEADER = [
  'kind'.padEnd(LABEL_WIDTH),
  ...['req/s', 'p50 ms', 'p99 ms', 'CPU µs', 'PG µs'].map((name) => name.padStart(8)),
  '  × Python          × bare CPU',
].join(' ');

/** Formats the result of one target as a line for the terminal. */
export function outcomeLine(outcome: TargetResult): string {
  const cells = metricCells(outcome, 'ours').map((cell) => cell.padStart(8));
  const ratios = [throughputOverPython(outcome).text.padEnd(18), cpuOverBare(outcome).text];
  const failures = failuresOf(outcome);
  const line = [targetLabel(outcome).padEnd(LABEL_WIDTH), ...cells, ' ', ...ratios].join(' ').trimEnd();
  return failures === 0 ? line : `${line} ${failures} FAILED RESPONSES`;
}

/** Column titles of `startUpRows`. */
export const START_UP_HEAD = ['process start to first 200', 'ours', 'bare', 'AgentOS', '÷ bare', '÷ AgentOS'];

export function startUpRows(starts: ReadonlyMap<SubjectName, StartCost>): string[][] {
  const [ours, bare, python] = (['ours', 'bare', 'python'] as const).map((name) => starts.get(name));
  const row = (label: string, of: (start: StartCost) => number) => {
    const [our, ...others] = [ours, bare, python].map((start) => start && of(start));
    const ratios = others.map((other) => (our !== undefined && other !== undefined ? our / other : undefined));
    return [label, ...[our, ...others, ...ratios].map((value) => value?.toFixed(2) ?? '')];
  };
  return [row('CPU s', ({ cpu }) => cpu), row('elapsed s', ({ elapsed }) => elapsed)];
}

/** One line for the terminal per start-up metric. */
export function startUpLines(starts: ReadonlyMap<SubjectName, StartCost>): string[] {
  const [what, ...names] = START_UP_HEAD;
  return startUpRows(starts).map(([measure, ...values]) => {
    const cells = values.flatMap((value, index) => (value === '' ? [] : [`${names[index]} ${value}`]));
    return `${what}, ${measure}: ${cells.join(', ')}`;
  });
}

export function limitLine({ what, text }: LimitResult): string {
  return `${what}: ${text}`;
}

export function targetLabel({ target }: TargetResult): string {
  return target.withIndexes ? `${target.kind}, indexed` : target.kind;
}

/** Cells: requests per second, p50 and p99 in ms, CPU of the process and of PostgreSQL in µs per request. */
export function metricCells({ results }: TargetResult, subject: 'ours' | 'python' | 'bare'): string[] {
  const result = results.get(subject);
  if (result === undefined) return [];
  return [
    result.requestsPerSecond.toFixed(0),
    result.p50Ms.toFixed(1),
    result.p99Ms.toFixed(1),
    result.cpuUs.toFixed(0),
    result.postgresCpuUs.toFixed(0),
  ];
}
