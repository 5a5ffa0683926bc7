import { appendFileSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from '../../support/session-service.js';
import { TIME_SCALE } from '../../support/time-scale.js';

/** A row of the table in docs/reliability.md. */
export interface ReliabilityRow {
  /** The fault that was injected. */
  readonly fault: string;
  /** Number of requests during the fault. */
  readonly requests: number;
  /** Outcome of these requests. */
  readonly outcome: string;
  /**
   * From the end of the fault to the last failed request, in milliseconds; undefined if there was nothing to recover from.
   */
  readonly recoveryMs?: number | undefined;
  readonly lostWrites: number;
  readonly wrongAnswers: number;
  /** Command that runs only this test. */
  readonly command: string;
}

/** Folder with one file of rows per spec, so that the table does not depend on the order of execution. */
export const RELIABILITY_ROWS = resolve(CHECKOUT, '.cache/faults');

/** A stored row. */
export interface StoredReliabilityRow extends ReliabilityRow {
  /** `TIME_SCALE` of the run, the factor of all timeouts. */
  readonly timeScale: number;
}

/** @param file name by which the rows are sorted */
export function appendReliabilityRow(file: string, row: ReliabilityRow): void {
  mkdirSync(RELIABILITY_ROWS, { recursive: true });
  appendFileSync(
    resolve(RELIABILITY_ROWS, `${file}.jsonl`),
    `${JSON.stringify({ ...row, timeScale: TIME_SCALE } satisfies StoredReliabilityRow)}\n`,
  );
}
