/** Loaded into the service before its own code. Makes it collect all garbage on SIGUSR2. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  // The first collection runs finalizers whose objects only the second one frees.
  collect();
  collect();
});
