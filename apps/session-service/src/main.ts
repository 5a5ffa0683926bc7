import './heap.js';
import cluster from 'node:cluster';
import { ConfigError } from './config/index.js';
import { serve } from './serve.js';
import { WorkersDidNotStart } from './workers/worker-group.js';

try {
  const service = await serve(process.env);
  await service.closed;
} catch (error) {
  if (!(error instanceof WorkersDidNotStart)) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : error}\n`);
  }
  process.exitCode = 1;
} finally {
  // The channel to the primary would keep a worker alive that has nothing left to do.
  cluster.worker?.disconnect();
}
