import type { Difference } from '@agno/comparison';
import type { MirrorRequest } from '../requests/mirror-request.js';
import type { SideName } from './side.js';

/** What came of asking both sides the same. */
export type Verdict =
  | { readonly kind: 'equal' }
  /** They differed, and agreed when they were asked again. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'different'; readonly differences: readonly Difference[] }
  /** Python answers 5xx, we do not: meant so, see docs/parity.md. */
  | { readonly kind: 'answeredWherePythonFails'; readonly differences: readonly Difference[] }
  /** Both answer 5xx, so there is nothing to compare. */
  | { readonly kind: 'bothFail'; readonly differences: readonly Difference[] }
  | { readonly kind: 'error'; readonly side: SideName; readonly reason: string };

export type VerdictKind = Verdict['kind'];

/** A request with its verdict and the times of the first reading. */
export interface ComparisonResult {
  readonly request: MirrorRequest;
  readonly verdict: Verdict;
  readonly milliseconds?: Readonly<Record<SideName, number>>;
}
