import { basename } from 'node:path';
import { expect } from 'vitest';
import { appendReliabilityRow, type ReliabilityRow } from './findings.js';

/** A test of one layout, among others of the same name. */
const LAYOUT = /^(v3|v2|mixed): /;

/** Keeps a row for the table. To be called in a test, which the command is made from: it runs the test on every layout. */
export function recordReliability(finding: Omit<ReliabilityRow, 'command'>): void {
  const { currentTestName = '', testPath = '' } = expect.getState();
  const name = currentTestName.replace(/ > /g, ' ').replace(LAYOUT, '');
  appendReliabilityRow(basename(testPath), { ...finding, command: `make faults ONLY='${name}'` });
}
