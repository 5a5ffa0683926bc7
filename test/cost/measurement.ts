import { setTimeout as pause } from 'node:timers/promises';
import { type CostResponse, NoResponse, sendCostRequest } from './cost-request.js';
import type { EventLoopStall, ResourceUsage } from './probe.js';
import { ProbedService } from './probed-service.js';
import type { CostRoute } from './routes.js';

/** What one request cost the service. */
export interface Sample {
  readonly route: string;
  /** The size that the shape was asked for. */
  readonly size: number;
  /** The largest of request, response and stored value. */
  readonly bytes: number;
  /** 0: no response. */
  readonly status: number;
  readonly hold: EventLoopStall;
  readonly cpuMs: number;
  readonly loggedBytes: number;
  /** Why there was no response, or the beginning of one with an unexpected status. */
  readonly fault?: string;
}

/** A request is logged in fewer bytes. */
const SHORT_LOG_BYTES = 1_500;
const LOG_PAUSE_MS = 20;
const TIMEOUT_MS = 20_000;
const NO_HOLD: EventLoopStall = { ms: 0, wallMs: 0, gcMs: 0 };

/** Measures requests on one service, and starts another one when it has ended. */
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
   * @param size the size that the shape was asked for
   * @param storedBytes size of the value that the request reads or changes
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
      const fault = error instanceof NoResponse ? `no response after ${elapsedMs.toFixed(0)} ms` : service.epitaph;
      const hold = { ...NO_HOLD, ms: cpuMs, wallMs: elapsedMs };
      return { ...sample, status: 0, hold, cpuMs, loggedBytes: 0, fault };
    }
  }

  /** A long log is written after the response. Waits for the rest of it, so that no other request is blamed. */
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

  forgetPeak(): void {
    this.peak = 0;
    this.service.forgetPeak();
  }

  /** Highest resident memory after any request since `forgetPeak`, in megabytes. */
  get peakMegabytes(): number {
    return this.peak;
  }

  async stop(): Promise<void> {
    await this.service.kill();
  }

  private completed(
    sample: Pick<Sample, 'route' | 'size' | 'bytes'>,
    { status, bytes, beginning }: CostResponse,
    { hold, cpuMs }: ResourceUsage,
    loggedBefore: number,
  ): Sample {
    const fault = status >= 200 && status < 300 ? undefined : beginning;
    const loggedBytes = this.service.loggedBytes - loggedBefore;
    this.peak = Math.max(this.peak, this.service.peakMegabytes());
    const all = { ...sample, bytes: Math.max(sample.bytes, bytes), status, hold, cpuMs, loggedBytes };
    return fault === undefined ? all : { ...all, fault };
  }
}
