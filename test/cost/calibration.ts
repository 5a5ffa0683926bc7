import { runToEnd } from '../support/child-process.js';

/** CPU time of `WORK` on the 2-core machine on which the limits were set, in milliseconds. */
const REFERENCE_MS = 400;

/** Work similar to that of the service: parses and prints JSON, runs regular expressions, copies bytes. */
const WORK = `
  const rows = Array.from({ length: 4000 }, (_, id) => ({ id, text: 'row "\\n" '.repeat(20), tags: [id, id + 1] }));
  let bytes = 0;
  for (let round = 0; round < 12; round++) {
    const text = JSON.stringify(JSON.parse(JSON.stringify(rows)));
    bytes += Buffer.from(text.replace(/["\\\\]/g, '.')).length;
  }
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1000);`;

const MEASUREMENTS = 3;

/**
 * Slowdown of this machine compared to the reference, at least 1, measured as CPU time of a fixed task in a new process. CPU
 * time excludes the work of other processes, but includes the cost of a slow or shared core.
 */
export async function machineFactor(): Promise<{ readonly factor: number; readonly cpuMs: number }> {
  const measured: number[] = [];
  for (let index = 0; index < MEASUREMENTS; index++) {
    const { output } = await runToEnd(process.execPath, ['--eval', WORK], { timeoutMs: 60_000 });
    measured.push(Number(output));
  }
  const cpuMs = measured.sort((a, b) => a - b)[Math.floor(MEASUREMENTS / 2)] ?? REFERENCE_MS;
  return { factor: Math.max(1, Number((cpuMs / REFERENCE_MS).toFixed(2))), cpuMs };
}
