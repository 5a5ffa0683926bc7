import type { Measurement } from './measure.js';
import type { SubjectName } from './subjects.js';
import type { Target } from './targets.js';

/** What was measured of one target, by subject. */
export interface TargetResult {
  readonly target: Target;
  readonly results: ReadonlyMap<SubjectName, Measurement>;
}

/** One figure with what is wanted of it. */
interface LimitStatus {
  readonly text: string;
  readonly isMet: boolean;
}

/** A figure that no load gives: memory, stalls, start. */
export interface LimitResult extends LimitStatus {
  readonly what: string;
}

/** Our requests per second, in times Python's. */
export function throughputOverPython({ target, results }: TargetResult): LimitStatus {
  const [ours, python] = [results.get('ours'), results.get('python')];
  const ratio = ours && python && ours.requestsPerSecond / python.requestsPerSecond;
  return checkLimit(ratio, target.timesPython, '≥');
}

/** Our process's CPU per request, in times the bare handler's. */
export function cpuOverBare({ target, results }: TargetResult): LimitStatus {
  const [ours, bare] = [results.get('ours'), results.get('bare')];
  return checkLimit(ours && bare && ours.cpuUs / bare.cpuUs, target.timesBareCpu, '≤');
}

/** A figure beside its limit; without one it is always met, and without a figure there is nothing to say. */
export function checkLimit(
  figure: number | undefined,
  wanted: number | undefined,
  sign: '≥' | '≤',
  unit = '',
): LimitStatus {
  if (figure === undefined) return { text: '', isMet: true };
  const printed = `${figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0)}${unit}`;
  if (wanted === undefined) return { text: printed, isMet: true };
  const isMet = sign === '≥' ? figure >= wanted : figure <= wanted;
  return { text: `${printed} (${sign} ${wanted}${isMet ? '' : ', NOT MET'})`, isMet };
}

/** The number of answers that were errors; any spoil the round. */
export function failuresOf({ results }: TargetResult): number {
  return [...results.values()].reduce((sum, { failures }) => sum + failures, 0);
}
