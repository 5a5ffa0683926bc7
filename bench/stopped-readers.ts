import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerProcess, spawnTracked } from '../test/support/child-process.js';
import { peakMegabytes, resetPeakMemory, residentMegabytes } from '../test/support/process-metrics.js';
import { scrapeMetrics } from '../test/support/scraped-metrics.js';
import { CHECKOUT } from '../test/support/session-service.js';
import { startWithHeap, warmUp } from './download-impact.js';
import { SMALL_SESSION } from './large-sessions.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { MEMORY_LIMITS } from './targets.js';

const READERS = 100;
/** Duration of a measurement of other requests, in milliseconds. */
const PHASE_MS = 5_000;
/** Interval at which these requests are sent, in milliseconds. */
const INTERVAL_MS = 10;
const SCRIPT = resolve(CHECKOUT, 'bench/load/stopped_readers.py');
const SCRAPE_MS = 250;
const USED = 'agno_session_service_memory_budget_used_bytes';
const LIMIT = 'agno_session_service_memory_budget_limit_bytes';

/** Measures how clients that read only the beginning of a large response affect memory and other requests. */
export async function* benchStoppedReaders(dsn: string, path: string): AsyncGenerator<LimitResult> {
  const service = await startWithHeap(dsn);
  try {
    await warmUp(service, SMALL_SESSION);
    const small = `${service.baseUrl}/sessions/${SMALL_SESSION}`;
    const calm = await p99While(small, new BudgetSamples(service).take());
    const before = residentMegabytes(service.pid);
    resetPeakMemory(service.pid);
    const { opening, close } = openReaders(service, path);
    const opened = await p99While(small, opening);
    const served = (await opening).split(' ').filter((status) => status === '200').length;
    const budget = new BudgetSamples(service);
    const held = await p99While(small, budget.take());
    const rise = peakMegabytes(service.pid) - before;
    const what = `${READERS} readers that stop reading ${path} of 2 MB`;
    yield { what: `${what}: memory budget used`, ...checkLimit(budget.share, 1, '≤', ' × its limit') };
    yield {
      what: `${what}: p99 of other requests`,
      ...checkLimit(held / calm, MEMORY_LIMITS.stoppedTimesP99, '≤', ' × before'),
    };
    yield { what: `${what}: p99 of other requests before`, ...checkLimit(calm, undefined, '≤', ' ms') };
    yield { what: `${what}: p99 of other requests while they connect`, ...checkLimit(opened, undefined, '≤', ' ms') };
    yield { what: `${what}: RSS`, ...checkLimit(rise, undefined, '≤', ' MB') };
    yield { what: `${what}: accepted, the others are rejected`, ...checkLimit(served, undefined, '≤') };
    close();
  } finally {
    await service.stop();
  }
}

/** Starts the readers. `opening` resolves with their statuses, separated by spaces, when all have read a beginning. */
function openReaders({ baseUrl }: ServerProcess, path: string): { opening: Promise<string>; close: () => void } {
  const args = [SCRIPT, new URL(baseUrl).port, path, String(READERS)];
  const child = spawnTracked('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = child.stdout && createInterface(child.stdout);
  if (!lines) throw new Error('stopped_readers.py has no standard output');
  return { opening: once(lines, 'line').then(String), close: () => void child.kill() };
}

/** Samples the memory budget for PHASE_MS. Both measurements sample, because scraping metrics delays other requests. */
class BudgetSamples {
  /** Highest sampled fraction of the budget in use. */
  share = 0;

  private readonly service: ServerProcess;

  constructor(service: ServerProcess) {
    this.service = service;
  }

  async take(): Promise<void> {
    for (const end = performance.now() + PHASE_MS; performance.now() < end; await sleep(SCRAPE_MS)) {
      const metrics = await scrapeMetrics(this.service);
      const [used, limit] = [USED, LIMIT].map((name) => metrics.get(name) ?? Number.NaN);
      this.share = Math.max(this.share, Number(used) / Number(limit));
    }
  }
}

/** Sends requests at a fixed rate until `work` settles, without awaiting responses. Resolves with their p99 in ms. */
async function p99While(url: string, work: Promise<unknown>): Promise<number> {
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  const times: Promise<number>[] = [];
  while (!isDone) {
    times.push(timeOf(url));
    await sleep(INTERVAL_MS);
  }
  const sorted = (await Promise.all(times)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

async function timeOf(url: string): Promise<number> {
  const begin = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.ok ? performance.now() - begin : Number.POSITIVE_INFINITY;
}
