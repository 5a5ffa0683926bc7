import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { until } from '../support/api.js';
import { spawnTracked } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { cpuMicroseconds, peakMegabytes, resetPeakMemory } from '../support/process-metrics.js';
import { CHECKOUT } from '../support/session-service.js';
import type { ResourceUsage } from './probe.js';

const HEAP_MB = 256;
const KEPT_OUTPUT = 4_000;

/** The built service with the probe, in a separate process. */
export class ProbedService {
  private output = '';
  private bytesLogged = 0;
  /** Resolves when the process has exited and its output has been read. */
  private readonly closed: Promise<unknown>;

  readonly port: number;
  private readonly child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.child = child;
    this.closed = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.bytesLogged += chunk.length;
        this.output = (this.output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
      });
    }
  }

  /** Starts the service as in production, with its default limits and log level, and a heap of 256 MB. */
  static async start(dsn: string): Promise<ProbedService> {
    const port = await freePort();
    const probe = resolve(CHECKOUT, 'test/cost/probe.ts');
    const main = resolve(CHECKOUT, 'dist/service/main.js');
    const child = spawnTracked(process.execPath, [`--max-old-space-size=${HEAP_MB}`, '--import', probe, main], {
      env: {
        PATH: process.env['PATH'],
        AGNO_PG_DSN: dsn,
        AGNO_SERVICE_HOST: '127.0.0.1',
        AGNO_SERVICE_PORT: String(port),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const service = new ProbedService(port, child);
    await until(async () => {
      if (service.hasEnded) throw new Error(`The service did not start:\n${service.output}`);
      const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      return response?.status === 200;
    });
    return service;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Reason why the process exited: V8's fatal error if there is one, else the signal or exit code. */
  get exitReason(): string {
    const fatal = /FATAL ERROR: (.*)/.exec(this.output)?.[1];
    return fatal ?? `ended with ${this.child.signalCode ?? this.child.exitCode}`;
  }

  /** Total bytes written to standard output and standard error. */
  get loggedBytes(): number {
    return this.bytesLogged;
  }

  async startMeasuring(): Promise<void> {
    await this.ask('start');
  }

  stopMeasuring(): Promise<ResourceUsage> {
    return this.ask('stop') as Promise<ResourceUsage>;
  }

  /** CPU time of the process so far in milliseconds. Read from the kernel, because a busy process cannot respond. */
  cpuMs(): number {
    return cpuMicroseconds(this.pid) / 1_000;
  }

  /** Peak resident memory since `resetPeak`, in megabytes; 0 if the process has exited. */
  peakMegabytes(): number {
    return this.hasEnded ? 0 : peakMegabytes(this.pid);
  }

  resetPeak(): void {
    if (!this.hasEnded) resetPeakMemory(this.pid);
  }

  private get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Kills the process if it is still running, and waits for the rest of its output. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  /** @throws Error when the process exits instead of responding */
  private async ask(message: 'start' | 'stop'): Promise<unknown> {
    if (this.hasEnded) throw new Error(this.exitReason);
    const aborted = new AbortController();
    const onExit = () => aborted.abort();
    this.child.once('exit', onExit);
    try {
      const response = once(this.child, 'message', { signal: aborted.signal });
      // Ignores send errors: a process that is exiting accepts no messages, and its exit ends the wait.
      this.child.send(message, () => undefined);
      return (await response)[0];
    } finally {
      this.child.off('exit', onExit);
    }
  }
}
