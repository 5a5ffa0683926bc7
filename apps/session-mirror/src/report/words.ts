import type { VerdictKind } from '../comparing/verdict.js';
import type { Outcome, Report } from './report.js';

/** What the counts are called wherever a person reads them. */
export const KIND_WORDS: Readonly<Record<VerdictKind, string>> = {
  equal: 'equal',
  settled: 'equal on a later reading',
  different: 'different',
  error: 'not answered',
  answeredWherePythonFails: 'answered where Python fails',
  bothFail: 'both fail',
};

export const KINDS = Object.keys(KIND_WORDS) as VerdictKind[];

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  equal: 'All answers are equal',
  'within allowance': 'Answers differ, within what is allowed',
  different: 'Answers differ',
  incomparable: 'Nothing could be compared',
};

export function headline({ outcome, compared }: Report): string {
  return `${OUTCOME_WORDS[outcome]}: ${number(compared)} ${compared === 1 ? 'pair' : 'pairs'} compared`;
}

/** `12,345` */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** Milliseconds as people read them: `0.84 ms`, `12 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(2))} s`;
  return `${Number(milliseconds.toPrecision(milliseconds < 100 ? 2 : 3))} ms`;
}

/** How much a count of this kind worries: as the page's classes of colour. */
export function weight(kind: VerdictKind): '' | 'bad' | 'odd' {
  if (kind === 'different' || kind === 'error') return 'bad';
  return kind === 'equal' || kind === 'settled' ? '' : 'odd';
}
