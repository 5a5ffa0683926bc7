import cluster from 'node:cluster';
import type { ServiceConfig } from '../config/index.js';

/** Tells a worker which of the workers it is. Set by the primary for its workers, never by an operator. */
export const WORKER_INDEX_VARIABLE = 'AGNO_WORKER_SEAT';

/** Tells a worker when the service started. Set as above. */
export const STARTED_AT_VARIABLE = 'AGNO_SERVICE_STARTED_AT';

/** When the service started, whichever process of it is asked and however often that was replaced. */
export function serviceStartedAt(): Date {
  return cluster.isWorker ? new Date(process.env[STARTED_AT_VARIABLE] ?? '') : new Date();
}

/** Which of the workers this process is, from 0; undefined where there is only one process. */
export function workerIndex(): number | undefined {
  return cluster.isWorker ? Number(process.env[WORKER_INDEX_VARIABLE]) : undefined;
}

/**
 * The configuration of one process: the connections of all workers together are as many as were configured, and the first
 * workers get what cannot be divided.
 */
export function poolShare(config: ServiceConfig, seat: number | undefined): ServiceConfig {
  if (seat === undefined) return config;
  const { pool, workers } = config;
  const size = Math.floor(pool.size / workers) + (seat < pool.size % workers ? 1 : 0);
  return { ...config, pool: { ...pool, size } };
}
