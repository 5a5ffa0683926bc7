import type { VerdictKind } from '../comparing/verdict.js';
import type { MirrorReport, RunOutcome } from './report.js';

/** What the counts are called wherever a person reads them. */
export const VERDICT_LABELS: Readonly<Record<VerdictKind, string>> = {
  equal: 'equal',
  settled: 'equal on a later reading',
  different: 'different',
  error: 'not answered',
  answeredWherePythonFails: 'answered where Python fails',
  bothFail: 'both fail',
};

export const VERDICT_KINDS = Object.keys(VERDICT_LABELS) as VerdictKind[];

const OUTCOME_LABELS: Readonly<Record<RunOutcome, string>> = {
  equal: 'All answers are equal',
  'within allowance': 'Answers differ, within what is allowed',
  different: 'Answers differ',
  incomparable: 'Nothing could be compared',
};

export function headline({ outcome, compared }: MirrorReport): string {
  return `${OUTCOME_LABELS[outcome]}: ${formatNumber(compared)} ${compared === 1 ? 'pair' : 'pairs'} compared`;
}

/** `12,345` */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US');
}

/** Milliseconds as people read them: `0.84 ms`, `12 ms`, `1.2 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(2))} s`;
  return `${Number(milliseconds.toPrecision(milliseconds < 100 ? 2 : 3))} ms`;
}

/** How much a count of this kind worries: as the page's classes of colour. */
export function severityClass(kind: VerdictKind): '' | 'bad' | 'odd' {
  if (kind === 'different' || kind === 'error') return 'bad';
  return kind === 'equal' || kind === 'settled' ? '' : 'odd';
}
