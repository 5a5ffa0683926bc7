/** Worker thread that compares the proxy's copies, so that comparisons do not block the proxy's event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { comparedHeaders, type TimedResponse } from '@session-service/comparison';
import { readOptions } from '../command-line.js';
import { compareResponses } from '../compare-responses.js';
import { ComparisonRun, showProgress } from '../comparison-run.js';
import { LIMITS } from '../mirror-limits.js';
import type { CapturedResponse, MessageFromThread, MessageToThread, ThreadData } from './comparison-worker.js';

const { args, files, isTerminal } = workerData as ThreadData;
const options = readOptions([...args], {});
if (options === 'help' || parentPort === null) throw new Error('This module must be started as a worker of the proxy');
const proxy = parentPort;
const run = new ComparisonRun(options, files, {});
run.startRenewing();
const hideProgress = showProgress(run.tally, isTerminal);
const queue: Extract<MessageToThread, { kind: 'copy' }>[] = [];
let activeWorkers = 0;
let onIdle = () => {};

proxy.on('message', (message: MessageToThread) => {
  if (message.kind === 'skipped') run.tally.skip(message.reason);
  else if (message.kind === 'dropped') run.tally.dropped++;
  else if (message.kind === 'stop') void shutDown();
  else {
    queue.push(message);
    void processQueue();
  }
});

function post(message: MessageFromThread): void {
  proxy.postMessage(message);
}

async function processQueue(): Promise<void> {
  if (activeWorkers >= LIMITS.concurrentComparisons) return;
  activeWorkers++;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    run.tally.add(await compareResponses(run.sides, next.request, toTimedResponse(next.response)));
    post({ kind: 'done', bytes: next.response.body.length });
  }
  activeWorkers--;
  if (activeWorkers === 0) onIdle();
}

function toTimedResponse({ headers, body, ...rest }: CapturedResponse): TimedResponse {
  return { ...rest, headers: comparedHeaders(headers), body: decodeBody(body, headers['content-encoding']) };
}

/** Waits for pending comparisons up to the shutdown timeout; comparisons that are then unfinished count as dropped. */
async function shutDown(): Promise<void> {
  if (activeWorkers > 0)
    await new Promise<void>((resolve) => {
      onIdle = resolve;
      setTimeout(resolve, LIMITS.shutdownTimeoutMs);
    });
  run.tally.dropped += queue.length + activeWorkers;
  hideProgress();
  post({ kind: 'finished', ...run.finish() });
}

const DECOMPRESSORS = new Map<string, (body: Uint8Array, options: { maxOutputLength: number }) => Buffer>([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
  ['zstd', zstdDecompressSync],
]);

/** Decompresses a body. An invalid body becomes a placeholder, which differs from every real body. */
function decodeBody(body: Uint8Array, encoding: string | undefined): string {
  const decode = encoding === undefined ? undefined : DECOMPRESSORS.get(encoding.toLowerCase());
  try {
    const bytes =
      decode === undefined || body.length === 0 ? body : decode(body, { maxOutputLength: LIMITS.maxResponseBytes });
    return Buffer.from(bytes).toString('utf8');
  } catch {
    return '(a body that cannot be decompressed)';
  }
}
