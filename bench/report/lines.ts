import { failuresOf, type Limit, type Outcome, timesBareCpu, timesPython } from '../outcome.js';

const LABEL_WIDTH = 24;

/** Heads the lines of `outcomeLine`. */
export const OUTCOME_HEADER = [
  'kind'.padEnd(LABEL_WIDTH),
  ...['req/s', 'p50 ms', 'p99 ms', 'CPU µs', 'PG µs'].map((name) => name.padStart(8)),
  '  × Python          × bare CPU',
].join(' ');

/** One target as a line of the terminal. */
export function outcomeLine(outcome: Outcome): string {
  const cells = figuresOf(outcome, 'ours').map((figure) => figure.padStart(8));
  const verdicts = [timesPython(outcome).text.padEnd(18), timesBareCpu(outcome).text];
  const failures = failuresOf(outcome);
  const line = [labelOf(outcome).padEnd(LABEL_WIDTH), ...cells, ' ', ...verdicts].join(' ').trimEnd();
  return failures === 0 ? line : `${line} ${failures} FAILED ANSWERS`;
}

export function limitLine({ what, text }: Limit): string {
  return `${what}: ${text}`;
}

export function labelOf({ target }: Outcome): string {
  return target.withIndexes ? `${target.kind}, indexed` : target.kind;
}

/** Requests per second, p50 and p99 in ms, CPU of the process and of PostgreSQL in µs per request. */
export function figuresOf({ results }: Outcome, subject: 'ours' | 'python' | 'bare'): string[] {
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
