import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { until } from '../support/api.js';
import { spawnTracked } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { CHECKOUT } from '../support/session-service.js';
import type { ResourceUsage } from './probe.js';

const HEAP_MB = 256;
const KEPT_OUTPUT = 4_000;
/** Clock ticks of `/proc/PID/stat`. */
const TICKS_PER_SECOND = 100;

/** The built service with the probe inside, as a process of its own. */
export class ProbedService {
  private output = '';
  private bytesLogged = 0;
  /** The process has ended, and its output has been read. */
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

  /** Starts the service as production does, with its default limits and log level, and a heap of 256 MB. */
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

  /** Why the process ended: V8's fatal error if there is one, else the signal or exit code. */
  get epitaph(): string {
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

  /** CPU time of the process so far, as the kernel counts it; needs no answer from the process. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
  }

  /** Highest resident memory since `forgetPeak`, in megabytes; 0 for a process that has ended. */
  peakMegabytes(): number {
    if (this.hasEnded) return 0;
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  /** Resets the peak (proc_pid_clear_refs(5)). */
  forgetPeak(): void {
    if (!this.hasEnded) writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
  }

  /** Kills the process if it still runs, and waits for the rest of its output. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  /** @throws Error when the process ends instead of answering */
  private async ask(message: 'start' | 'stop'): Promise<unknown> {
    if (this.hasEnded) throw new Error(this.epitaph);
    const aborted = new AbortController();
    const onExit = () => aborted.abort();
    this.child.once('exit', onExit);
    try {
      const answer = once(this.child, 'message', { signal: aborted.signal });
      // A process that is about to end no longer takes messages; its exit ends the wait.
      this.child.send(message, () => undefined);
      return (await answer)[0];
    } finally {
      this.child.off('exit', onExit);
    }
  }
}
