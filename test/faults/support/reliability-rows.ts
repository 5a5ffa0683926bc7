import { appendFileSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECKOUT } from '../../support/session-service.js';
import { TIME_SCALE } from '../../support/time-scale.js';

/** A row of the table in docs/reliability.md. */
export interface ReliabilityRow {
  /** What went wrong, or what was done to the service. */
  readonly fault: string;
  /** Requests while it was so. */
  readonly requests: number;
  /** What became of them, in words. */
  readonly outcome: string;
  /** From the end of the fault to the last request that failed, in milliseconds; undefined where nothing had to recover. */
  readonly recoveryMs?: number | undefined;
  readonly lostWrites: number;
  readonly wrongAnswers: number;
  /** What runs this test alone. */
  readonly command: string;
}

/** One file of rows for each spec, so that the table's order does not depend on the order of the run. */
export const RELIABILITY_ROWS = resolve(CHECKOUT, '.cache/faults');

/** A row as it is stored. */
export interface StoredReliabilityRow extends ReliabilityRow {
  /** `TIME_SCALE` of the run: the factor of the test's timeouts. */
  readonly timeScale: number;
}

/** @param file under whose name the rows are sorted */
export function appendReliabilityRow(file: string, finding: ReliabilityRow): void {
  mkdirSync(RELIABILITY_ROWS, { recursive: true });
  appendFileSync(
    resolve(RELIABILITY_ROWS, `${file}.jsonl`),
    `${JSON.stringify({ ...finding, timeScale: TIME_SCALE } satisfies StoredReliabilityRow)}\n`,
  );
}
