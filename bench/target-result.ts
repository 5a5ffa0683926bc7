import type { Measurement } from './measure.js';
import type { SubjectName } from './subjects.js';
import type { Target } from './targets.js';

/** Measurements of one target by subject. */
export interface TargetResult {
  readonly target: Target;
  readonly results: ReadonlyMap<SubjectName, Measurement>;
}

/** A measured value and whether it meets its limit. */
interface LimitStatus {
  readonly text: string;
  readonly isMet: boolean;
}

/** A measurement other than the throughput of a target: memory, delays or start-up. */
export interface LimitResult extends LimitStatus {
  readonly what: string;
}

/** Our requests per second relative to Python's. */
export function throughputOverPython({ target, results }: TargetResult): LimitStatus {
  const [ours, python] = [results.get('ours'), results.get('python')];
  const ratio = ours && python && ours.requestsPerSecond / python.requestsPerSecond;
  return checkLimit(ratio, target.timesPython, '≥');
}

/** Our CPU per request relative to the bare server's. */
export function cpuOverBare({ target, results }: TargetResult): LimitStatus {
  const [ours, bare] = [results.get('ours'), results.get('bare')];
  return checkLimit(ours && bare && ours.cpuUs / bare.cpuUs, target.timesBareCpu, '≤');
}

/** Compares a value with its limit. A missing limit or value counts as met. */
export function checkLimit(
  value: number | undefined,
  limit: number | undefined,
  sign: '≥' | '≤',
  unit = '',
): LimitStatus {
  if (value === undefined) return { text: '', isMet: true };
  const printed = `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}${unit}`;
  if (limit === undefined) return { text: printed, isMet: true };
  const isMet = sign === '≥' ? value >= limit : value <= limit;
  return { text: `${printed} (${sign} ${limit}${isMet ? '' : ', NOT MET'})`, isMet };
}

/** Number of error responses of all subjects. Any error invalidates the measurement. */
export function failuresOf({ results }: TargetResult): number {
  return [...results.values()].reduce((sum, { failures }) => sum + failures, 0);
}
