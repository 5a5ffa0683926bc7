import { appendFileSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from '../../support/session-service.js';
import { TIME_SCALE } from '../../support/time-scale.js';

/** A row of the table in docs/reliability.md. */
export interface ReliabilityRow {
  readonly fault: string;
  /** Number of requests during the fault. */
  readonly requests: number;
  /** Responses by status and other measurements, as text. */
  readonly outcome: string;
  /** Time from the end of the fault to the last failed request, in milliseconds; undefined when it was not measured. */
  readonly recoveryMs?: number | undefined;
  readonly lostWrites: number;
  readonly wrongAnswers: number;
  /** Command that runs only this test. */
  readonly command: string;
}

/** Folder with one file of rows per spec, so that the table does not depend on the order of execution. */
export const RELIABILITY_ROWS = resolve(CHECKOUT, '.cache/faults');

export interface StoredReliabilityRow extends ReliabilityRow {
  /** `TIME_SCALE` of the run, the factor of all timeouts. */
  readonly timeScale: number;
}

/** @param file file name without extension. The report sorts rows by it. */
export function appendReliabilityRow(file: string, row: ReliabilityRow): void {
  mkdirSync(RELIABILITY_ROWS, { recursive: true });
  appendFileSync(
    resolve(RELIABILITY_ROWS, `${file}.jsonl`),
    `${JSON.stringify({ ...row, timeScale: TIME_SCALE } satisfies StoredReliabilityRow)}\n`,
  );
}
