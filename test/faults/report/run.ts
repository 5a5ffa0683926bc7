/** Writes what the tests found into docs/reliability.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { markdownTable, writeBetweenMarks } from '../../support/markdown.js';
import { FINDINGS, type Finding } from '../support/findings.js';

const HEAD = ['fault', 'requests', 'outcome', 'recovery ms', 'lost writes', 'wrong answers', 'command'];

const findings = readdirSync(FINDINGS)
  .sort()
  .flatMap((file) => readFileSync(resolve(FINDINGS, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Finding);

writeBetweenMarks('docs/reliability.md', 'make faults', markdownTable(HEAD, findings.map(cellsOf)));

function cellsOf({ fault, requests, outcome, recoveryMs, lostWrites, wrongAnswers, command }: Finding): string[] {
  return [
    fault,
    String(requests),
    outcome,
    recoveryMs === undefined ? '' : String(recoveryMs),
    String(lostWrites),
    String(wrongAnswers),
    `\`${command}\``,
  ];
}
