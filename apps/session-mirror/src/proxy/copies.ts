import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../mirror-limits.js';
import { isSkipped, type MirrorRequest, selectRequest } from '../requests/mirror-request.js';
import type { MessageToThread } from './comparison-worker.js';
import { endToEndHeaders, headersByName } from './upstream.js';

/**
 * Limits the number and bytes of copies that are being captured or wait for comparison. Copies beyond the limits are
 * dropped and counted, so that clients never wait.
 */
export class CopyBudget {
  private count = 0;
  private bytes = 0;

  constructor(
    private readonly sample: number,
    private readonly postMessage: (message: MessageToThread, moved?: ArrayBuffer[]) => void,
  ) {}

  /** Starts a copy of a request and its response; undefined if the request is skipped or dropped. */
  tryStart(request: IncomingMessage): RequestCopy | undefined {
    const { method = 'GET', url = '/' } = request;
    const selected = selectRequest(
      { method, target: url, headers: copiedHeaders(request) },
      { sample: this.sample, prefix: '', hasWrites: false },
    );
    if (isSkipped(selected)) this.postMessage({ kind: 'skipped', reason: selected.skipped });
    else if (hasBody(request)) this.postMessage({ kind: 'skipped', reason: 'a GET with a body' });
    else if (this.count >= LIMITS.maxQueuedCopies) this.postMessage({ kind: 'dropped' });
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

  /** Releases a copy that was compared or dropped. */
  release(bytes: number): void {
    this.count--;
    this.bytes -= bytes;
  }

  post(message: MessageToThread, moved?: ArrayBuffer[]): void {
    this.postMessage(message, moved);
  }
}

/** A copy that is captured while Python's response is forwarded. */
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

  /** Captures a response that is piped to the client. At its end the copy is sent to the comparison thread. */
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

  /** Drops the copy because there is no complete response: it was aborted, or the client disconnected. */
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

/** Removes Host, because our service has another name, and Accept-Encoding, so that it does not compress. */
function copiedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const { host, 'accept-encoding': encoding, ...headers } = headersByName(endToEndHeaders(rawHeaders));
  return headers;
}
