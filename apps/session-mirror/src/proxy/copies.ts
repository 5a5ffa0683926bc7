import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../mirror-limits.js';
import { isSkipped, type MirrorRequest, selectRequest } from '../requests/mirror-request.js';
import type { MessageToThread } from './comparison-worker.js';
import { endToEndHeaders, headersByName } from './upstream.js';

/**
 * The copies that are being made or wait to be compared. There is room for so many of them, and for so many bytes: what
 * does not fit is dropped and counted, and nobody ever waits for room.
 */
export class CopyBudget {
  private count = 0;
  private bytes = 0;

  constructor(
    private readonly sample: number,
    private readonly postMessage: (message: MessageToThread, moved?: ArrayBuffer[]) => void,
  ) {}

  /** A copy to be made of a request and its answer; undefined when there is none. */
  tryStart(request: IncomingMessage): RequestCopy | undefined {
    const { method = 'GET', url = '/' } = request;
    const found = selectRequest(
      { method, target: url, headers: copiedHeaders(request) },
      { sample: this.sample, prefix: '', hasWrites: false },
    );
    if (isSkipped(found)) this.postMessage({ kind: 'skipped', reason: found.skipped });
    else if (hasBody(request)) this.postMessage({ kind: 'skipped', reason: 'a GET with a body' });
    else if (this.count >= LIMITS.maxQueuedCopies) this.postMessage({ kind: 'dropped' });
    else {
      this.count++;
      return new RequestCopy(found, this);
    }
    return undefined;
  }

  /** Room for a piece of an answer; false when there is none. */
  reserve(bytes: number): boolean {
    if (this.bytes + bytes > LIMITS.maxQueuedBytes) return false;
    this.bytes += bytes;
    return true;
  }

  /** A copy is gone, one way or the other. */
  release(bytes: number): void {
    this.count--;
    this.bytes -= bytes;
  }

  post(message: MessageToThread, moved?: ArrayBuffer[]): void {
    this.postMessage(message, moved);
  }
}

/** One copy, while Python's answer goes through. */
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

  /** Listens to an answer that somebody else reads; at its end the copy goes to be compared. */
  capture(incoming: IncomingMessage): void {
    incoming.on('data', (piece: Buffer) => this.add(piece));
    incoming.on('close', () => this.abandon());
    incoming.on('end', () => {
      if (this.isFinished) return;
      this.isFinished = true;
      const { statusCode: status = 0, headers } = incoming;
      const body = new Uint8Array(Buffer.concat(this.chunks));
      const milliseconds = performance.now() - this.startedAt;
      const seen = { status, headers: { ...headers }, body, sentAt: this.sentAt, milliseconds };
      this.budget.post({ kind: 'copy', request: this.request, seen }, [body.buffer]);
    });
  }

  /** There is no whole answer to compare: it broke off, or nobody wanted it any more. */
  abandon(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.chunks = [];
    this.budget.release(this.bytes);
  }

  private add(piece: Buffer): void {
    if (this.isFinished) return;
    if (this.bytes + piece.length > LIMITS.maxResponseBytes || !this.budget.reserve(piece.length)) {
      this.abandon();
      this.budget.post({ kind: 'dropped' });
      return;
    }
    this.bytes += piece.length;
    this.chunks.push(piece);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Our service is asked by its own name, and for an answer that is not compressed. */
function copiedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const { host, 'accept-encoding': encoding, ...headers } = headersByName(endToEndHeaders(rawHeaders));
  return headers;
}
