/** Writes the recorded results of the tests to docs/reliability.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { markdownTable, writeBetweenMarks } from '../../support/markdown.js';
import { RELIABILITY_ROWS, type ReliabilityRow, type StoredReliabilityRow } from '../support/reliability-rows.js';

const HEADER = ['fault', 'requests', 'outcome', 'recovery ms', 'lost writes', 'wrong answers', 'command'];

const rows = readdirSync(RELIABILITY_ROWS)
  .sort()
  .flatMap((file) => readFileSync(resolve(RELIABILITY_ROWS, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as StoredReliabilityRow);

const timeScale = Math.max(...rows.map((row) => row.timeScale));
const note = timeScale > 1 ? `The machine was slow: timeouts were up to ${timeScale} times as long as stated.\n\n` : '';
const table = markdownTable(HEADER, perCommand(rows).map(cellsOf));

writeBetweenMarks('docs/reliability.md', 'make faults', note + table);

/** Merges rows with the same command, which come from several layouts, into one row with the sum of their requests. */
function perCommand(all: readonly ReliabilityRow[]): ReliabilityRow[] {
  const merged = new Map<string, ReliabilityRow>();
  for (const row of all) {
    const { requests } = merged.get(row.command) ?? { requests: 0 };
    merged.set(row.command, { ...row, requests: requests + row.requests });
  }
  return [...merged.values()];
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
