import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** Duration of `WORK` on a typical, idle machine, in milliseconds. */
const USUAL_MS = 180;

/** Work that is similar to that of the tests: starting a process, hashing, parsing and printing JSON. */
const WORK = `
  const { createHash } = require('node:crypto');
  const rows = Array.from({ length: 2000 }, (_, id) => ({ id, text: 'row '.repeat(20), tags: [id, id + 1] }));
  for (let round = 0; round < 80; round++) {
    createHash('sha256').update(JSON.stringify(JSON.parse(JSON.stringify(rows)))).digest();
  }`;

const MEASUREMENTS = 3;

/**
 * Factor by which timeouts are longer on this machine: 1 if the machine is at least as fast as a typical one, 2 if it
 * is half as fast. Measured by running `WORK` on every processor at once, unless `TEST_TIME_SCALE` is set. The first
 * process of a test run sets this variable, so that child processes inherit the result.
 */
export const TIME_SCALE = readTimeScale(process.env['TEST_TIME_SCALE'] ?? String(await measureTimeScale()));
process.env['TEST_TIME_SCALE'] = String(TIME_SCALE);

/** Converts a timeout or tolerance for a typical machine to whole milliseconds on this machine. */
export function scaled(usualMs: number): number {
  return Math.ceil(usualMs * TIME_SCALE);
}

function readTimeScale(value: string): number {
  const scale = Number(value);
  if (!(scale >= 1 && Number.isFinite(scale)))
    throw new Error(`TEST_TIME_SCALE must be a number of at least 1, not '${value}'`);
  return scale;
}

async function measureTimeScale(): Promise<number> {
  const elapsed: number[] = [];
  for (let measurement = 0; measurement < MEASUREMENTS; measurement++) elapsed.push(await elapsedMs());
  const median = elapsed.sort((a, b) => a - b)[Math.floor(MEASUREMENTS / 2)] ?? USUAL_MS;
  return Math.max(1, Number((median / USUAL_MS).toFixed(2)));
}

async function elapsedMs(): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: availableParallelism() }, () => once(spawn(process.execPath, ['--eval', WORK]), 'exit')),
  );
  return performance.now() - start;
}
