import './heap.js';
import cluster from 'node:cluster';
import { serve } from './bootstrap.js';
import { ConfigError, validateEnvironment } from './config/validate-environment.js';
import { WorkerStartFailed } from './workers.js';

/** How long the last log lines may take to be written, in milliseconds. */
const FLUSH_TIMEOUT_MS = 500;

try {
  const service = await serve(validateEnvironment(process.env), process.env);
  await service.closed;
} catch (error) {
  if (!(error instanceof WorkerStartFailed)) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : error}\n`);
  }
  process.exitCode = 1;
} finally {
  // The channel to the primary would keep a worker alive that has nothing left to do.
  cluster.worker?.disconnect();
  // Nor may spans that nobody takes, which would be sent again for some seconds more.
  setTimeout(() => process.exit(), FLUSH_TIMEOUT_MS).unref();
}
