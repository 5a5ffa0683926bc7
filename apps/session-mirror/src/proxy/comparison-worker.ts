import type { IncomingHttpHeaders } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { TimedResponse } from '@session-service/comparison';
import { COULD_NOT_RUN, type RunResult } from '../comparison-run.js';
import type { ClaimedFiles } from '../report/report-files.js';
import type { MirrorRequest, SkipReason } from '../requests/mirror-request.js';

/** Python's response, which the proxy has also forwarded to the client. */
export interface CapturedResponse extends Omit<TimedResponse, 'headers' | 'body'> {
  readonly headers: IncomingHttpHeaders;
  /** The body as received, possibly compressed. */
  readonly body: Uint8Array;
}

export type MessageToThread =
  | { readonly kind: 'copy'; readonly request: MirrorRequest; readonly response: CapturedResponse }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'stop' };

export type MessageFromThread =
  /** The thread has compared a copy of this many bytes, which no longer count against the proxy's budget. */
  { readonly kind: 'done'; readonly bytes: number } | ({ readonly kind: 'finished' } & RunResult);

/** Input of the comparison thread. */
export interface ThreadData {
  readonly args: readonly string[];
  readonly files: ClaimedFiles;
  readonly isTerminal: boolean;
}

/** The proxy's handle of the comparison thread. If the thread fails, the proxy keeps serving its clients. */
export class ComparisonWorker {
  private readonly worker: Worker;
  private readonly ended: Promise<RunResult>;
  private hasEnded = false;

  /** @param onDone called with the size in bytes of each compared copy */
  constructor(args: readonly string[], files: ClaimedFiles, onDone: (bytes: number) => void) {
    const workerData: ThreadData = { args, files, isTerminal: process.stderr.isTTY };
    this.worker = new Worker(new URL('./comparison-thread.js', import.meta.url), { workerData });
    this.ended = new Promise((resolve) => {
      this.worker.on('message', (message: MessageFromThread) => {
        if (message.kind === 'done') onDone(message.bytes);
        else resolve(message);
      });
      this.worker.on('error', (error) => {
        this.hasEnded = true;
        process.stderr.write(`The comparison thread failed: ${error instanceof Error ? error.stack : error}\n`);
        process.stderr.write('The proxy still forwards requests, but compares no further responses.\n');
        resolve({ summary: '', exitCode: COULD_NOT_RUN, failures: '' });
      });
    });
  }

  /** Transfers the buffers in `moved` to the thread instead of copying them. */
  readonly post = (message: MessageToThread, moved: ArrayBuffer[] = []): void => {
    if (!this.hasEnded) this.worker.postMessage(message, moved);
  };

  /** Stops the thread. Resolves with its summary and exit code. */
  async stop(): Promise<RunResult> {
    this.post({ kind: 'stop' });
    const result = await this.ended;
    await this.worker.terminate();
    return result;
  }
}
