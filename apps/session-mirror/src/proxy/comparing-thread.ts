/** The thread in which the proxy's copies are compared: however busy it is, the proxy's own thread is not. */
import { parentPort, workerData } from 'node:worker_threads';
import { readOptions } from '../command-line/read-options.js';
import { comparePair } from '../comparing/compare-pair.js';
import { answerOf, type Reply } from '../comparing/side.js';
import { ComparisonRun, exitCodeOf } from '../comparison-run.js';
import { LIMITS } from '../limits.js';
import { showProgress } from '../progress.js';
import { summaryOf } from '../report/summary.js';
import { decoded } from './decoded.js';
import type { FromComparing, SeenAnswer, ToComparing } from './messages.js';

type CopyMessage = Extract<ToComparing, { kind: 'copy' }>;

const { args, isTerminal } = workerData as { args: string[]; isTerminal: boolean };
const options = readOptions(args, {});
if (options === 'help' || parentPort === null) throw new Error('not started by the proxy');
const proxy = parentPort;
const run = new ComparisonRun(options, {});
const hideProgress = showProgress(run.tally, isTerminal);
const waiting: CopyMessage[] = [];
let atWork = 0;
let onIdle = () => {};

proxy.on('message', (message: ToComparing) => {
  if (message.kind === 'skipped') run.tally.skip(message.reason);
  else if (message.kind === 'dropped') run.tally.dropped++;
  else if (message.kind === 'stop') void finish();
  else {
    waiting.push(message);
    void work();
  }
});
const renewal = setInterval(() => void run.report(), LIMITS.reportEveryMs);

function tell(message: FromComparing): void {
  proxy.postMessage(message);
}

async function work(): Promise<void> {
  if (atWork >= LIMITS.copiesAtOnce) return;
  atWork++;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    run.tally.add(await comparePair(run.sides, next.request, replyOf(next.seen)));
    tell({ kind: 'done', bytes: next.seen.body.length });
  }
  atWork--;
  if (atWork === 0) onIdle();
}

function replyOf({ status, headers, body, at, milliseconds }: SeenAnswer): Reply {
  return { ...answerOf(status, headers, decoded(body, headers['content-encoding'])), at, milliseconds };
}

/** What is not compared by the end of a short while counts as dropped. */
async function finish(): Promise<void> {
  const idle = new Promise<void>((resolve) => {
    onIdle = resolve;
  });
  const deadline = new Promise((resolve) => setTimeout(resolve, LIMITS.stopWithinMs));
  if (atWork > 0) await Promise.race([idle, deadline]);
  run.tally.dropped += waiting.length + atWork;
  clearInterval(renewal);
  hideProgress();
  const report = await run.report();
  tell({ kind: 'finished', summary: summaryOf(report), exitCode: exitCodeOf(report) });
}
