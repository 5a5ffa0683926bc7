import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ContractCase, Layout } from './contract-case.js';
import type { Expectation } from './expectation.js';

const FOLDER = resolve(import.meta.dirname, '../recorded');

/** Base layouts. The recording of a layout omits cases whose expectation equals that of its base layout. */
const BASES: Partial<Record<Layout, Layout>> = { v2: 'v3', mixed: 'v3', v20: 'v3', v22: 'v20' };

export type Recording = ReadonlyMap<string, Expectation>;

export function caseKey(contract: ContractCase): string {
  return `${contract.route}: ${contract.name}`;
}

/** Reads the recorded expectations of a layout by case. */
export function readRecording(layout: Layout): Recording {
  return new Map([...readBase(layout), ...readFile(layout)]);
}

/** Writes one case per line in the order of the cases, so that diffs of recordings are small. */
export function writeRecording(layout: Layout, recording: Recording): void {
  const base = readBase(layout);
  const lines = [...recording]
    .filter(([key, expectation]) => JSON.stringify(base.get(key)) !== JSON.stringify(expectation))
    .map(([key, expectation]) => `${JSON.stringify(key)}: ${JSON.stringify(expectation)}`);
  writeFileSync(fileOf(layout), `{\n${lines.join(',\n')}\n}\n`);
}

function readBase(layout: Layout): Recording {
  const base = BASES[layout];
  return base === undefined ? new Map() : readRecording(base);
}

function readFile(layout: Layout): Map<string, Expectation> {
  const parsed = JSON.parse(readFileSync(fileOf(layout), 'utf8')) as Record<string, Expectation>;
  return new Map(Object.entries(parsed));
}

function fileOf(layout: Layout): string {
  return resolve(FOLDER, `${layout}.json`);
}

/** Path of the SQL dump of a seeded template database, which allows runs without Python. */
export function seedFile(template: string): string {
  return resolve(FOLDER, `seed-${template}.sql`);
}
