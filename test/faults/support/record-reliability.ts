import { basename } from 'node:path';
import { expect } from 'vitest';
import { appendReliabilityRow, type ReliabilityRow } from './reliability-rows.js';

/** Prefix in the name of a test that runs on several layouts. */
const LAYOUT = /^(v3|v2|mixed): /;

/** Records a row for docs/reliability.md. The command in the row repeats the running test, on every layout. */
export function recordReliability(row: Omit<ReliabilityRow, 'command'>): void {
  const { currentTestName = '', testPath = '' } = expect.getState();
  const name = currentTestName.replace(/ > /g, ' ').replace(LAYOUT, '');
  appendReliabilityRow(basename(testPath), { ...row, command: `make faults ONLY='${name}'` });
}

/** Records a row for a test of concurrent requests. Call it at the end: the row says that no check has failed. */
export function recordRace(fault: string, requests: number, outcome: string): void {
  recordReliability({ fault, requests, outcome, lostWrites: 0, wrongAnswers: 0 });
}
