import { resolve } from 'node:path';
import { type ServerProcess, startServer } from '../test/support/child-process.js';
import { freePort } from '../test/support/ports.js';
import { cpuMicroseconds } from '../test/support/process-metrics.js';
import { CHECKOUT } from '../test/support/session-service.js';
import { download, startWithHeap } from './download-impact.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { MEMORY_LIMITS } from './targets.js';

const ROUNDS = 5;
/** Number of downloads per measurement. */
const DOWNLOADS = 4;

/** Measures our CPU for a large response relative to sending the same bytes from memory: median of several rounds. */
export async function* benchSendCost(dsn: string, path: string): AsyncGenerator<LimitResult> {
  const service = await startWithHeap(dsn);
  const memory = await startMemoryServer(service.baseUrl + path);
  try {
    const toWhole: number[] = [];
    const toPieces: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const ours = await cpuPerByte(service, path);
      const [whole, pieces] = [await cpuPerByte(memory, '/whole'), await cpuPerByte(memory, '/pieces')];
      if (round === 0) continue;
      toWhole.push(ours / whole);
      toPieces.push(ours / pieces);
    }
    const what = `CPU per byte of ${path}, 50 MB, relative to sending from memory`;
    yield { what: `${what} as one buffer`, ...checkLimit(median(toWhole), MEMORY_LIMITS.timesSendCpu, '≤', ' ×') };
    yield { what: `${what} as encoded pieces`, ...checkLimit(median(toPieces), undefined, '≤', ' ×') };
  } finally {
    await Promise.all([service.stop(), memory.stop()]);
  }
}

async function startMemoryServer(url: string): Promise<ServerProcess> {
  const port = await freePort();
  const args = [resolve(CHECKOUT, 'bench/memory-server.ts'), String(port), url];
  return startServer({ command: process.execPath, args, env: {}, port, readyPath: '/', isQuiet: true });
}

/** CPU microseconds per downloaded byte. */
async function cpuPerByte({ baseUrl, pid }: ServerProcess, path: string): Promise<number> {
  const before = cpuMicroseconds(pid);
  let bytes = 0;
  for (let count = 0; count < DOWNLOADS; count++) bytes += (await download(baseUrl + path)).bytes;
  return (cpuMicroseconds(pid) - before) / bytes;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
