import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { ServiceConfig } from './config/config.module.js';

/** Environment variables that the primary process sets for its workers. Operators never set them. */
const WORKER_INDEX_VARIABLE = 'AGNO_WORKER_SEAT';
const STARTED_AT_VARIABLE = 'AGNO_SERVICE_STARTED_AT';

/** The start time of the service, the same in all its processes, even in a worker that replaces another. */
export function serviceStartedAt(): Date {
  return cluster.isWorker ? new Date(process.env[STARTED_AT_VARIABLE] ?? '') : new Date();
}

/** The index of this worker, starting at 0; undefined if the service runs in one process. */
export function workerIndex(): number | undefined {
  return cluster.isWorker ? Number(process.env[WORKER_INDEX_VARIABLE]) : undefined;
}

/** The configuration of one worker: the pool size divided by the workers. The first workers get the remainder. */
export function poolShare(config: ServiceConfig, index: number | undefined): ServiceConfig {
  if (index === undefined) return config;
  const { pool } = config.database;
  const { workers } = config.http;
  const size = Math.floor(pool.size / workers) + (index < pool.size % workers ? 1 : 0);
  return { ...config, database: { ...config.database, pool: { ...pool, size } } };
}

/** A worker exited before it accepted connections. The worker itself has printed the reason. */
export class WorkerStartFailed extends Error {}

/**
 * Runs several workers on one port. Node's cluster module assigns new connections round-robin. Replaces a worker that
 * exits. All workers exit with the primary process.
 */
export class WorkerGroup {
  private readonly workers = new Map<number, Worker>();
  private readonly startedAt = new Date().toISOString();
  private readonly backoff = new Backoff();
  private isStopping = false;

  /**
   * @param program path of the file that workers run
   * @param ports number of ports that each worker listens on
   */
  constructor(
    program: string,
    private readonly count: number,
    private readonly ports: number,
    private readonly env: NodeJS.ProcessEnv,
    private readonly logger: Logger,
  ) {
    cluster.setupPrimary({ exec: program, args: [] });
  }

  /**
   * Resolves with their port when all workers accept connections. The first worker starts alone, so that an error at
   * start is printed once. If a worker fails to start, all workers are stopped.
   *
   * @throws WorkerStartFailed
   */
  async start(): Promise<number> {
    let port: number;
    try {
      port = await waitUntilListening(this.fork(0), this.ports);
      const others = Array.from({ length: this.count - 1 }, (_, index) => this.fork(index + 1));
      await Promise.all(others.map((worker) => waitUntilListening(worker, this.ports)));
    } catch (error) {
      await this.stop();
      throw error;
    }
    for (const [index, worker] of this.workers) this.replaceOnExit(index, worker);
    return port;
  }

  /** Stops all workers gracefully and resolves when they have exited. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const alive = [...this.workers.values()].filter((worker) => !worker.isDead());
    const ended = alive.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of alive) worker.process.kill('SIGTERM');
    await Promise.all(ended);
  }

  private fork(index: number): Worker {
    const worker = cluster.fork({
      ...this.env,
      [WORKER_INDEX_VARIABLE]: String(index),
      [STARTED_AT_VARIABLE]: this.startedAt,
    });
    this.workers.set(index, worker);
    // The IPC channel fails if the worker exits during a send. Without a listener, the error would end this process.
    worker.on('error', (error) => this.logger.warn({ worker: index }, `Worker ${index} failed: ${error.message}`));
    return worker;
  }

  private replaceOnExit(index: number, worker: Worker): void {
    if (worker.isDead()) this.replace(index);
    else if (worker.process.pid === undefined) worker.once('error', () => this.replaceOnExit(index, worker));
    else worker.once('exit', (code, signal) => this.onExit(index, signal ?? `exit code ${code}`));
  }

  private onExit(index: number, cause: string): void {
    if (this.isStopping) return;
    this.logger.error({ worker: index }, `Worker ${index} exited (${cause}) and will be replaced`);
    this.replace(index);
  }

  private replace(index: number): void {
    setTimeout(() => {
      if (this.isStopping) return;
      try {
        this.replaceOnExit(index, this.fork(index));
      } catch (error) {
        this.logger.error(error, `Worker ${index} could not be started`);
        this.replace(index);
      }
    }, this.backoff.next(Date.now()));
  }
}

/** Resolves with the first port that the worker opens, when it has opened all. */
async function waitUntilListening(worker: Worker, ports: number): Promise<number> {
  const listening = new Promise<number>((resolve) => {
    const opened: number[] = [];
    worker.on('listening', ({ port }) => {
      const [first = port] = opened;
      if (opened.push(port) === ports) resolve(first);
    });
  });
  const ended = once(worker, 'exit').then(() => undefined);
  const port = await Promise.race([listening, ended]);
  if (port === undefined) throw new WorkerStartFailed('A worker exited before it accepted connections');
  return port;
}

/** Time in milliseconds since the last restart after which an exit resets the delay. */
const RESET_AFTER_MS = 10_000;
const MAX_DELAY_MS = 10_000;

/** Delay before a worker is replaced: none after the first exit, 100 ms after the second, then doubled each time. */
class Backoff {
  private lastRestart = 0;
  private waitMs = 0;

  /** @param now milliseconds since 1970 */
  next(now: number): number {
    this.waitMs = now - this.lastRestart > RESET_AFTER_MS ? 0 : Math.min(Math.max(this.waitMs * 2, 100), MAX_DELAY_MS);
    this.lastRestart = now + this.waitMs;
    return this.waitMs;
  }
}
