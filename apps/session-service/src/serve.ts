import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@agno/http';
import { aggregateForWorkers } from '@agno/telemetry';
import { startService } from './bootstrap.js';
import { loadConfig } from './config/index.js';
import { shutdownSignal } from './first-signal.js';
import { WorkerGroup } from './workers/worker-group.js';

/** Lies beside this file, both compiled and bundled. The primary process may itself run `embedded.js`. */
const WORKER_PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));

/** Something that serves until it is told to stop. */
export interface Serving {
  /** Resolves when it has stopped: requests in flight answered, connections closed. */
  readonly closed: Promise<void>;
}

/**
 * Serves in this process, or, where several workers are configured, in as many processes.
 *
 * @throws ConfigError before anything is opened when the environment does not describe a service
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<Serving> {
  const config = loadConfig(env);
  if (config.workers === 1 || cluster.isWorker) return startService(env);
  const logger = createLogger(config.logLevel);
  aggregateForWorkers();
  const group = new WorkerGroup(WORKER_PROGRAM, config.workers, env, logger);
  const told = shutdownSignal();
  await group.start();
  logger.info(`${config.workers} workers serve :${config.port}`);
  return { closed: told.then(() => group.stop()) };
}
