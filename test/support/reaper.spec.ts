import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { until } from './api.js';
import { isRunning, spawnTracked } from './child-process.js';
import { CHECKOUT } from './session-service.js';

/** Runs a program to its end, then starts one that keeps running with a child, and prints both process ids. */
const TEST_RUN = `
  import { once } from 'node:events';
  const { spawnTracked } = await import('./test/support/child-process.ts');
  await once(spawnTracked('true', []), 'exit');
  const child = spawnTracked('/bin/sh', ['-c', 'sleep 120 & echo $$ $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  // Prints the ids after the reaper has received them, because this process is killed as soon as they are read.
  child.stdout.pipe(process.stdout);
  await once(child, 'exit');`;

it('the reaper kills the processes of a test run and their children when the run is killed', async () => {
  const loader = './test/support/run-typescript.ts';
  const run = spawnTracked(process.execPath, ['--import', loader, '--input-type=module', '--eval', TEST_RUN], {
    cwd: resolve(CHECKOUT),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(run.stdout ?? run, 'data')) as [Buffer];
  const started = line.toString().trim().split(' ').map(Number);
  expect(started.map(isRunning)).toEqual([true, true]);
  run.kill('SIGKILL');
  await until(async () => !started.some(isRunning));
});
