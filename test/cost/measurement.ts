import { setTimeout as pause } from 'node:timers/promises';
import { type CostResponse, NoResponse, sendCostRequest } from './cost-request.js';
import type { EventLoopStall, ResourceUsage } from './probe.js';
import { ProbedService } from './probed-service.js';
import type { CostRoute } from './routes.js';

export interface Sample {
  readonly route: string;
  /** The size in bytes for which the shape was built; the actual size may differ. */
  readonly size: number;
  /** Size of the request, the response or the stored value, whichever is largest. */
  readonly bytes: number;
  /** HTTP status; 0 if there was no response. */
  readonly status: number;
  readonly stall: EventLoopStall;
  readonly cpuMs: number;
  readonly loggedBytes: number;
  /** The reason for a missing response, or the beginning of a response with an unexpected status. */
  readonly violation?: string;
}

/** More than the log lines of a normal request. After a longer log, the meter waits for its rest. */
const SHORT_LOG_BYTES = 1_500;
const LOG_PAUSE_MS = 20;
const TIMEOUT_MS = 20_000;
const NO_STALL: EventLoopStall = { ms: 0, wallMs: 0, gcMs: 0 };

/** Measures requests on one service, and starts a new service when it has exited. */
export class Meter {
  private readonly dsn: string;
  private readonly factor: number;
  private service: ProbedService;
  private peak = 0;

  private constructor(dsn: string, factor: number, service: ProbedService) {
    this.dsn = dsn;
    this.factor = factor;
    this.service = service;
  }

  static async start(dsn: string, factor: number): Promise<Meter> {
    return new Meter(dsn, factor, await ProbedService.start(dsn));
  }

  /**
   * @param size the requested size of the shape
   * @param storedBytes size of the stored value that the request reads or changes
   */
  async measure({ name, request }: CostRoute, size: number, storedBytes: number): Promise<Sample> {
    if (this.service.hasEnded) this.service = await ProbedService.start(this.dsn);
    const { service } = this;
    const sentBytes = request.body?.length ?? 0;
    const sample = { route: name, size, bytes: Math.max(sentBytes, storedBytes) };
    const loggedBefore = service.loggedBytes;
    const cpuBefore = service.cpuMs();
    const start = performance.now();
    try {
      await service.startMeasuring();
      const response = await sendCostRequest(service.port, request, TIMEOUT_MS * this.factor);
      const spent = await service.stopMeasuring();
      await this.awaitLog(loggedBefore);
      return this.completed(sample, response, spent, loggedBefore);
    } catch (error) {
      const cpuMs = service.hasEnded ? 0 : service.cpuMs() - cpuBefore;
      const elapsedMs = performance.now() - start;
      await service.kill();
      const violation =
        error instanceof NoResponse ? `no response after ${elapsedMs.toFixed(0)} ms` : service.exitReason;
      const stall = { ...NO_STALL, ms: cpuMs, wallMs: elapsedMs };
      return { ...sample, status: 0, stall, cpuMs, loggedBytes: 0, violation };
    }
  }

  /** Waits for the rest of a long log, which follows the response, so that it is not attributed to the next request. */
  private async awaitLog(loggedBefore: number): Promise<void> {
    let logged = this.service.loggedBytes;
    while (logged - loggedBefore > SHORT_LOG_BYTES) {
      await pause(LOG_PAUSE_MS);
      if (this.service.loggedBytes === logged) return;
      logged = this.service.loggedBytes;
    }
  }

  /** Sends a request without measuring it, and returns the status of the response. */
  async warmUp({ request }: CostRoute): Promise<number> {
    if (this.service.hasEnded) this.service = await ProbedService.start(this.dsn);
    const response = sendCostRequest(this.service.port, request, TIMEOUT_MS * this.factor);
    return response.then(
      ({ status }) => status,
      () => 0,
    );
  }

  resetPeak(): void {
    this.peak = 0;
    this.service.resetPeak();
  }

  /** Highest resident memory after any request since `resetPeak`, in megabytes. */
  get peakMegabytes(): number {
    return this.peak;
  }

  async stop(): Promise<void> {
    await this.service.kill();
  }

  private completed(
    sample: Pick<Sample, 'route' | 'size' | 'bytes'>,
    { status, bytes, beginning }: CostResponse,
    { stall, cpuMs }: ResourceUsage,
    loggedBefore: number,
  ): Sample {
    const violation = status >= 200 && status < 300 ? undefined : beginning;
    const loggedBytes = this.service.loggedBytes - loggedBefore;
    this.peak = Math.max(this.peak, this.service.peakMegabytes());
    const all = { ...sample, bytes: Math.max(sample.bytes, bytes), status, stall, cpuMs, loggedBytes };
    return violation === undefined ? all : { ...all, violation };
  }
}
