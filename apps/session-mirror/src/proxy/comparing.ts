import { Worker } from 'node:worker_threads';
import type { MessageFromThread, MessageToThread } from './messages.js';

const COULD_NOT_RUN = 2;

/** The thread that compares, as the proxy sees it. Its end changes nothing for the proxy's clients. */
export class ComparisonWorker {
  private readonly worker: Worker;
  private readonly ended: Promise<{ summary: string; exitCode: number }>;
  private hasEnded = false;

  /** `onDone` hears of every copy that is done with, and its bytes. */
  constructor(args: readonly string[], onDone: (bytes: number) => void) {
    const workerData = { args, isTerminal: process.stderr.isTTY };
    this.worker = new Worker(new URL('./comparing-thread.js', import.meta.url), { workerData });
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
