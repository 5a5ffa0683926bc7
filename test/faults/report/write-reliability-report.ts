/** Writes what the tests found into docs/reliability.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { markdownTable, writeBetweenMarks } from '../../support/markdown.js';
import { RELIABILITY_ROWS, type ReliabilityRow, type StoredReliabilityRow } from '../support/reliability-rows.js';

const HEAD = ['fault', 'requests', 'outcome', 'recovery ms', 'lost writes', 'wrong answers', 'command'];

const findings = readdirSync(RELIABILITY_ROWS)
  .sort()
  .flatMap((file) => readFileSync(resolve(RELIABILITY_ROWS, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as StoredReliabilityRow);

const timeScale = Math.max(...findings.map((finding) => finding.timeScale));
const note = timeScale > 1 ? `The machine was slow: timeouts were up to ${timeScale} times as long as stated.\n\n` : '';
const table = markdownTable(HEAD, perCommand(findings).map(cellsOf));

writeBetweenMarks('docs/reliability.md', 'make faults', note + table);

/** What one command tries on several layouts is one row, with the requests of all. */
function perCommand(all: readonly ReliabilityRow[]): ReliabilityRow[] {
  const rows = new Map<string, ReliabilityRow>();
  for (const finding of all) {
    const { requests } = rows.get(finding.command) ?? { requests: 0 };
    rows.set(finding.command, { ...finding, requests: requests + finding.requests });
  }
  return [...rows.values()];
}

function cellsOf({
  fault,
  requests,
  outcome,
  recoveryMs,
  lostWrites,
  wrongAnswers,
  command,
}: ReliabilityRow): string[] {
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
