import { runToEnd } from '../support/child-process.js';

/** CPU time of `WORK` on the 2-core machine on which the limits were set, in milliseconds. */
const REFERENCE_MS = 400;

/** What the service does with bodies: reading and writing JSON, regular expressions, copying bytes. */
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
 * How much slower than the reference this machine is, at least 1, by the CPU time of a fixed task in a process of its own.
 * CPU time leaves out what other processes take, but not what a slow or shared core costs.
 */
export async function machineFactor(): Promise<{ readonly factor: number; readonly cpuMs: number }> {
  const measured: number[] = [];
  for (let turn = 0; turn < MEASUREMENTS; turn++) {
    const { output } = await runToEnd(process.execPath, ['--eval', WORK], { timeoutMs: 60_000 });
    measured.push(Number(output));
  }
  const cpuMs = measured.sort((one, other) => one - other)[Math.floor(MEASUREMENTS / 2)] ?? REFERENCE_MS;
  return { factor: Math.max(1, Number((cpuMs / REFERENCE_MS).toFixed(2))), cpuMs };
}
