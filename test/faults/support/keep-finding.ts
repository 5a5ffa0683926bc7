import { basename } from 'node:path';
import { expect } from 'vitest';
import { type Finding, writeFinding } from './findings.js';

/** Keeps a row for the table. To be called in a test, which the command is made from. */
export function keepFinding(finding: Omit<Finding, 'command'>): void {
  const { currentTestName = '', testPath = '' } = expect.getState();
  const name = currentTestName.replace(/ > /g, ' ');
  writeFinding(basename(testPath), { ...finding, command: `make faults ONLY='${name}'` });
}
