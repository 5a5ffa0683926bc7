import type { Difference } from '@agno/comparison';
import type { ComparisonResult, Verdict } from '../comparing/verdict.js';

/** What is worth telling of a request whose answers were not equal: its kind, and what findings of that kind share. */
export interface Finding {
  readonly kind: Exclude<Verdict['kind'], 'equal' | 'settled'>;
  /** Where it differs, with `[*]` for any index. */
  readonly place: string;
  readonly differences: readonly Difference[];
}

/** Undefined for what is equal. */
export function findingOf({ verdict }: ComparisonResult): Finding | undefined {
  switch (verdict.kind) {
    case 'equal':
    case 'settled':
      return undefined;
    case 'error':
      return { kind: 'error', place: `${verdict.side}: ${verdict.reason}`, differences: [] };
    case 'different':
      return { ...verdict, place: firstDifferingPath(verdict.differences) };
    default:
      return { ...verdict, place: verdict.differences.map(({ expected, actual }) => `${expected} → ${actual}`).join() };
  }
}

/** The first place tells a kind of difference from others; a wrong status also which one. */
function firstDifferingPath([first]: readonly Difference[]): string {
  if (first === undefined) return '';
  const path = first.path.replace(/\[\d+\]/g, '[*]');
  return path === 'status' ? `status ${first.expected} → ${first.actual}` : path;
}
