import type { IncomingHttpHeaders } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { MirrorRequest, SkipReason } from '../requests/mirror-request.js';

/** Python's answer as it went through the proxy. */
export interface CapturedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it was on the wire, compressed or not. */
  readonly body: Uint8Array;
  /** When the request was sent, in seconds since 1970. */
  readonly sentAt: number;
  readonly milliseconds: number;
}

/** What the proxy tells the thread that compares. */
export type MessageToThread =
  | { readonly kind: 'copy'; readonly request: MirrorRequest; readonly seen: CapturedResponse }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'stop' };

/** What that thread tells the proxy. */
export type MessageFromThread =
  /** A copy is done with, and so many bytes. */
  | { readonly kind: 'done'; readonly bytes: number }
  | { readonly kind: 'finished'; readonly summary: string; readonly exitCode: number };

const COULD_NOT_RUN = 2;

/** The thread that compares, as the proxy sees it. Its end changes nothing for the proxy's clients. */
export class ComparisonWorker {
  private readonly worker: Worker;
  private readonly ended: Promise<{ summary: string; exitCode: number }>;
  private hasEnded = false;

  /** `onDone` hears of every copy that is done with, and its bytes. */
  constructor(args: readonly string[], onDone: (bytes: number) => void) {
    const workerData = { args, isTerminal: process.stderr.isTTY };
    this.worker = new Worker(new URL('./comparison-thread.js', import.meta.url), { workerData });
    this.ended = new Promise((resolve) => {
      this.worker.on('message', (message: MessageFromThread) => {
        if (message.kind === 'done') onDone(message.bytes);
        else resolve(message);
      });
      this.worker.on('error', (error) => {
        this.hasEnded = true;
        process.stderr.write(`comparing has ended: ${error instanceof Error ? error.stack : error}\n`);
        process.stderr.write('requests are still passed on\n');
        resolve({ summary: '', exitCode: COULD_NOT_RUN });
      });
    });
  }

  /** Buffers in `moved` go over to the thread instead of being copied. */
  readonly post = (message: MessageToThread, moved: ArrayBuffer[] = []): void => {
    if (!this.hasEnded) this.worker.postMessage(message, moved);
  };

  /** Ends the thread, and resolves with what it has found out. */
  async stop(): Promise<{ summary: string; exitCode: number }> {
    this.post({ kind: 'stop' });
    const end = await this.ended;
    await this.worker.terminate();
    return end;
  }
}
