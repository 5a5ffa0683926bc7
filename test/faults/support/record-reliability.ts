import { basename } from 'node:path';
import { expect } from 'vitest';
import { appendReliabilityRow, type ReliabilityRow } from './reliability-rows.js';

/** A test of one layout, among others of the same name. */
const LAYOUT = /^(v3|v2|mixed): /;

/** Keeps a row for the table. To be called in a test, which the command is made from: it runs the test on every layout. */
export function recordReliability(finding: Omit<ReliabilityRow, 'command'>): void {
  const { currentTestName = '', testPath = '' } = expect.getState();
  const name = currentTestName.replace(/ > /g, ' ').replace(LAYOUT, '');
  appendReliabilityRow(basename(testPath), { ...finding, command: `make faults ONLY='${name}'` });
}

/** Keeps the row of a race, on one layout: to be called last, when the test has found every answer and every row right. */
export function recordRace(fault: string, requests: number, outcome: string): void {
  recordReliability({ fault, requests, outcome, lostWrites: 0, wrongAnswers: 0 });
}
