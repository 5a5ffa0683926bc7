import type { Measurement } from './measure.js';
import type { SubjectName } from './subjects.js';
import type { Target } from './targets.js';

/** What was measured of one target, by subject. */
export interface Outcome {
  readonly target: Target;
  readonly results: ReadonlyMap<SubjectName, Measurement>;
}

/** One figure with what is wanted of it. */
export interface Verdict {
  readonly text: string;
  readonly isMet: boolean;
}

/** A figure that no load gives: memory, stalls, start. */
export interface Limit extends Verdict {
  readonly what: string;
}

/** Our requests per second, in times Python's. */
export function timesPython({ target, results }: Outcome): Verdict {
  const [ours, python] = [results.get('ours'), results.get('python')];
  const ratio = ours && python && ours.requestsPerSecond / python.requestsPerSecond;
  return verdict(ratio, target.timesPython, '≥');
}

/** Our process's CPU per request, in times the bare handler's. */
export function timesBareCpu({ target, results }: Outcome): Verdict {
  const [ours, bare] = [results.get('ours'), results.get('bare')];
  return verdict(ours && bare && ours.cpuUs / bare.cpuUs, target.timesBareCpu, '≤');
}

/** A figure beside its limit; without one it is always met, and without a figure there is nothing to say. */
export function verdict(figure: number | undefined, wanted: number | undefined, sign: '≥' | '≤', unit = ''): Verdict {
  if (figure === undefined) return { text: '', isMet: true };
  const printed = `${figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0)}${unit}`;
  if (wanted === undefined) return { text: printed, isMet: true };
  const isMet = sign === '≥' ? figure >= wanted : figure <= wanted;
  return { text: `${printed} (${sign} ${wanted}${isMet ? '' : ', NOT MET'})`, isMet };
}

/** The number of answers that were errors; any spoil the round. */
export function failuresOf({ results }: Outcome): number {
  return [...results.values()].reduce((sum, { failures }) => sum + failures, 0);
}
