import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServerProcess } from '../test/support/child-process.js';
import { peakMegabytes, resetPeakMemory, residentMegabytes } from '../test/support/process-metrics.js';
import { SMALL_SESSION } from './large-sessions.js';
import { startSubject } from './subjects.js';

/** The heap size that Node selects for the chart's memory limit of 512 MiB. */
const HEAP_MB = 256;
const WARM_UP_ROUNDS = 8;
/** Connections of the pool. The warm-up opens all of them: opening one takes long while the processors are busy. */
const POOL_SIZE = 10;
const SETTLE_MS = 300;
/** Pause between two small requests, in milliseconds. */
const PAUSE_MS = 5;

/** Result of a download whose bytes are discarded. */
export interface Download {
  /** HTTP status; 0 when the connection was reset or refused. */
  readonly status: number;
  readonly bytes: number;
}

/** Memory use and response times of other requests while a warm service serves downloads. */
export interface DownloadImpact {
  /** Peak RSS minus the RSS of the warm idle process, in megabytes. */
  readonly riseMb: number;
  /** Longest response time of small requests during the downloads, in milliseconds. */
  readonly longestWaitMs: number;
  readonly downloads: readonly Download[];
}

/** Starts our service with the same heap size as in production. */
export function startWithHeap(dsn: string): Promise<ServerProcess> {
  return startSubject('ours', dsn, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
}

/** Downloads the paths concurrently from a new, warm service. */
export async function measureDownloads(
  dsn: string,
  paths: readonly string[],
  small = SMALL_SESSION,
): Promise<DownloadImpact> {
  const service = await startWithHeap(dsn);
  try {
    await warmUp(service, small);
    const before = residentMegabytes(service.pid);
    resetPeakMemory(service.pid);
    const downloading = Promise.all(paths.map((path) => download(service.baseUrl + path)));
    const longestWaitMs = await longestWait(`${service.baseUrl}/sessions/${small}`, downloading);
    const downloads = await downloading;
    return { riseMb: service.ended() ? Number.NaN : peakMegabytes(service.pid) - before, longestWaitMs, downloads };
  } finally {
    await service.stop();
  }
}

/** Sends requests until code is compiled and all connections are open, so that neither is measured. */
export async function warmUp({ baseUrl }: ServerProcess, small: string): Promise<void> {
  const paths = ['/sessions?limit=5', `/sessions/${small}`, `/sessions/${small}/runs`];
  for (const path of Array(WARM_UP_ROUNDS).fill(paths).flat()) {
    const round = Array.from({ length: POOL_SIZE }, async () => (await fetch(baseUrl + path)).arrayBuffer());
    await Promise.all(round);
  }
  await sleep(SETTLE_MS);
}

/** Downloads with curl in a separate process, so that reading the response does not delay other clients. */
export async function download(url: string): Promise<Download> {
  const format = '%{http_code} %{size_download}';
  const [status, bytes] = await promisify(execFile)('curl', ['-s', '-o', '/dev/null', '-w', format, url]).then(
    ({ stdout }) => stdout.split(' ').map(Number),
    () => [0, 0],
  );
  return { status: status ?? 0, bytes: bytes ?? 0 };
}

/** Sends small requests until `work` settles. Resolves with the longest response time in ms; Infinity on failure. */
async function longestWait(url: string, work: Promise<unknown>): Promise<number> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  let longest = 0;
  while (!isDone) {
    const begin = performance.now();
    const isAnswered = await fetch(url).then(
      async (response) => (await response.arrayBuffer()).byteLength > 0 && response.ok,
      () => false,
    );
    longest = isAnswered ? Math.max(longest, performance.now() - begin) : Number.POSITIVE_INFINITY;
    await sleep(PAUSE_MS);
  }
  return longest;
}
