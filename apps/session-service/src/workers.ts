import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { ServiceConfig } from './config/config.module.js';

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
  const { pool } = config.database;
  const { workers } = config.http;
  const size = Math.floor(pool.size / workers) + (seat < pool.size % workers ? 1 : 0);
  return { ...config, database: { ...config.database, pool: { ...pool, size } } };
}

/** A worker ended before it served; what was wrong it has said itself. */
export class WorkerStartFailed extends Error {}

/**
 * Several processes that serve one port: Node's cluster hands each new connection to the next of them. A worker that dies is
 * replaced. When the primary goes, its workers go as well.
 */
export class WorkerGroup {
  private readonly workers = new Map<number, Worker>();
  private readonly startedAt = new Date().toISOString();
  private readonly backoff = new Backoff();
  private isStopping = false;

  /** @param program path of the file that each worker runs */
  constructor(
    program: string,
    private readonly count: number,
    private readonly env: NodeJS.ProcessEnv,
    private readonly logger: Logger,
  ) {
    cluster.setupPrimary({ exec: program, args: [] });
  }

  /**
   * Resolves when every worker serves. The first goes ahead, so that what keeps the service from starting is said once;
   * where one does not start, none goes on.
   *
   * @throws WorkersDidNotStart
   */
  async start(): Promise<void> {
    try {
      await waitUntilListening(this.fork(0));
      const others = Array.from({ length: this.count - 1 }, (_, at) => this.fork(at + 1));
      await Promise.all(others.map(waitUntilListening));
    } catch (error) {
      await this.stop();
      throw error;
    }
    for (const [seat, worker] of this.workers) this.replaceWhenDead(seat, worker);
  }

  /** Lets every worker answer what it has been asked, and resolves when all have ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const alive = [...this.workers.values()].filter((worker) => !worker.isDead());
    const ended = alive.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of alive) worker.process.kill('SIGTERM');
    await Promise.all(ended);
  }

  private fork(seat: number): Worker {
    const worker = cluster.fork({
      ...this.env,
      [WORKER_INDEX_VARIABLE]: String(seat),
      [STARTED_AT_VARIABLE]: this.startedAt,
    });
    this.workers.set(seat, worker);
    // A worker that dies while something is sent to it breaks the channel. Without a listener this process would end, too.
    worker.on('error', (error) => this.logger.warn({ worker: seat }, `Worker ${seat}: ${error.message}`));
    return worker;
  }

  private replaceWhenDead(seat: number, worker: Worker): void {
    if (worker.isDead()) this.replace(seat);
    else if (worker.process.pid === undefined) worker.once('error', () => this.replaceWhenDead(seat, worker));
    else worker.once('exit', (code, signal) => this.onDeath(seat, signal ?? `exit code ${code}`));
  }

  private onDeath(seat: number, cause: string): void {
    if (this.isStopping) return;
    this.logger.error({ worker: seat }, `Worker ${seat} has ended (${cause}) and is replaced`);
    this.replace(seat);
  }

  private replace(seat: number): void {
    setTimeout(() => {
      if (this.isStopping) return;
      try {
        this.replaceWhenDead(seat, this.fork(seat));
      } catch (error) {
        this.logger.error(error, `Worker ${seat} cannot be started`);
        this.replace(seat);
      }
    }, this.backoff.next(Date.now()));
  }
}

async function waitUntilListening(worker: Worker): Promise<void> {
  const listening = once(worker, 'listening').then(() => true);
  const ended = once(worker, 'exit').then(() => false);
  if (!(await Promise.race([listening, ended]))) throw new WorkerStartFailed('A worker ended before it served');
}

/** Deaths further apart than this have nothing to do with each other. In milliseconds. */
const RESET_AFTER_MS = 10_000;
const MAX_DELAY_MS = 10_000;

/** How long to wait before the next replacement: not at all at first, longer and longer when one death follows another. */
export class Backoff {
  private lastRestart = 0;
  private waitMs = 0;

  /** @param now milliseconds since 1970 */
  next(now: number): number {
    this.waitMs = now - this.lastRestart > RESET_AFTER_MS ? 0 : Math.min(Math.max(this.waitMs * 2, 100), MAX_DELAY_MS);
    this.lastRestart = now + this.waitMs;
    return this.waitMs;
  }
}
