import type { Layout } from './harness/case.js';
import { LIST_DEVIATIONS } from './deviations/list.js';
import { DETAIL_DEVIATIONS } from './deviations/detail.js';
import { REQUEST_DEVIATIONS } from './deviations/requests.js';
import { RUN_DEVIATIONS } from './deviations/runs.js';
import { WRITE_DEVIATIONS } from './deviations/writes.js';

/** One answer in which we differ from the oracle, on purpose. Each reason is a row of `docs/parity.md`. */
export interface Deviation {
  /** `route: name` of the case. */
  readonly case: string;
  readonly reason: string;
  /** Only on these layouts; on all when absent. */
  readonly layouts?: readonly Layout[];
  /** Which of the case's requests, counted from 0; the last one when absent. A case may have one deviation for each. */
  readonly step?: number;
  readonly status: number;
  /** Our body: JSON text, in which masks may stand. */
  readonly body: string;
  /** What our database holds afterwards: by session the columns that matter as JSON text, or that it is gone. */
  readonly rows?: Readonly<Record<string, 'gone' | Readonly<Record<string, string>>>>;
  /** The runs that are left of the case's sessions, in the order of session and run. */
  readonly runIds?: readonly string[];
}

export const DEVIATIONS: readonly Deviation[] = [
  ...LIST_DEVIATIONS,
  ...DETAIL_DEVIATIONS,
  ...RUN_DEVIATIONS,
  ...WRITE_DEVIATIONS,
  ...REQUEST_DEVIATIONS,
];
