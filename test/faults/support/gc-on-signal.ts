/** Loaded into the service before anything of its own: has it collect all garbage when it gets SIGUSR2. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  // The first may only find what the second can free.
  collect();
  collect();
});
