import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../mirror-limits.js';
import { isSkipped, type MirrorRequest, selectRequest } from '../requests/mirror-request.js';
import type { MessageToThread } from './comparison-worker.js';
import { endToEndHeaders, headersByName } from './end-to-end-headers.js';

/**
 * Limits the number and the total bytes of copies that are being captured or wait for comparison. Further copies are
 * dropped and counted, so that clients never wait.
 */
export class CopyBudget {
  private count = 0;
  private bytes = 0;

  constructor(
    private readonly sample: number,
    readonly post: (message: MessageToThread, moved?: ArrayBuffer[]) => void,
  ) {}

  /** Starts a copy of a request and its response; undefined if the request is skipped or dropped. */
  tryStart(request: IncomingMessage): RequestCopy | undefined {
    const { method = 'GET', url = '/' } = request;
    const selected = selectRequest(
      { method, target: url, headers: copiedHeaders(request) },
      { sample: this.sample, prefix: '', hasWrites: false },
    );
    if (isSkipped(selected)) this.post({ kind: 'skipped', reason: selected.skipped });
    else if (hasBody(request)) this.post({ kind: 'skipped', reason: 'a GET with a body' });
    else if (this.count >= LIMITS.maxQueuedCopies) this.post({ kind: 'dropped' });
    else {
      this.count++;
      return new RequestCopy(selected, this);
    }
    return undefined;
  }

  /** Reserves memory for a chunk of a response; false when the budget is exhausted. */
  reserve(bytes: number): boolean {
    if (this.bytes + bytes > LIMITS.maxQueuedBytes) return false;
    this.bytes += bytes;
    return true;
  }

  /** Releases the memory of a copy that was compared or dropped. */
  release(bytes: number): void {
    this.count--;
    this.bytes -= bytes;
  }
}

/** Collects Python's response while it is forwarded, and then sends it with the request to the comparison thread. */
export class RequestCopy {
  private readonly sentAt = Date.now() / 1000;
  private readonly startedAt = performance.now();
  private chunks: Buffer[] = [];
  private bytes = 0;
  private isFinished = false;

  constructor(
    private readonly request: MirrorRequest,
    private readonly budget: CopyBudget,
  ) {}

  /** Captures a response that is piped to the client, and sends the copy to the thread when the response ends. */
  capture(incoming: IncomingMessage): void {
    incoming.on('data', (chunk: Buffer) => this.add(chunk));
    incoming.on('close', () => this.abandon());
    incoming.on('end', () => {
      if (this.isFinished) return;
      this.isFinished = true;
      const { statusCode: status = 0, headers } = incoming;
      const body = new Uint8Array(Buffer.concat(this.chunks));
      const milliseconds = performance.now() - this.startedAt;
      const response = { status, headers: { ...headers }, body, sentAt: this.sentAt, milliseconds };
      this.budget.post({ kind: 'copy', request: this.request, response }, [body.buffer]);
    });
  }

  /** Drops the copy: Python's response is incomplete or too large, or the client disconnected. */
  abandon(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.chunks = [];
    this.budget.release(this.bytes);
  }

  private add(chunk: Buffer): void {
    if (this.isFinished) return;
    if (this.bytes + chunk.length > LIMITS.maxResponseBytes || !this.budget.reserve(chunk.length)) {
      this.abandon();
      this.budget.post({ kind: 'dropped' });
      return;
    }
    this.bytes += chunk.length;
    this.chunks.push(chunk);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Removes Host, because our service has another name, and Accept-Encoding, so that our service does not compress. */
function copiedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const { host, 'accept-encoding': encoding, ...headers } = headersByName(endToEndHeaders(rawHeaders));
  return headers;
}
