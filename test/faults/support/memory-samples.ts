import type { ServerProcess } from '../../support/child-process.js';
import { residentMegabytes } from './footprint.js';

/** What a process had in memory at a moment, in megabytes. */
export interface MemorySample {
  readonly resident: number;
  /** In use on V8's heap, garbage included that was not collected yet. */
  readonly heap: number;
}

const SAMPLE_MS = 250;

/** Looks at a service's memory several times a second until it is stopped. */
export class MemorySamples {
  private readonly samples: MemorySample[] = [];
  private readonly work: Promise<void>;
  private isStopping = false;

  constructor(private readonly service: ServerProcess) {
    this.work = this.keepLooking();
  }

  /** Those of the nth of three parts, from 0. */
  async third(n: 0 | 1 | 2): Promise<readonly MemorySample[]> {
    this.isStopping = true;
    await this.work;
    const length = Math.floor(this.samples.length / 3);
    return this.samples.slice(n * length, (n + 1) * length);
  }

  private async keepLooking(): Promise<void> {
    while (!this.isStopping) {
      const text = await (await fetch(`${this.service.baseUrl}/metrics`)).text();
      const heap = Number(/^nodejs_heap_size_used_bytes (\d+)/m.exec(text)?.[1]) / 2 ** 20;
      this.samples.push({ resident: residentMegabytes(this.service.pid), heap });
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  }
}

/** The least that was in use: about what is left when garbage was just collected. */
export function leastHeap(samples: readonly MemorySample[]): number {
  return Math.min(...samples.map(({ heap }) => heap));
}

export function meanResident(samples: readonly MemorySample[]): number {
  return samples.reduce((sum, { resident }) => sum + resident, 0) / samples.length;
}
