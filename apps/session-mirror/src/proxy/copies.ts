import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../limits.js';
import { chosen } from '../requests/choose.js';
import { isSkipped, type MirrorRequest } from '../requests/mirror-request.js';
import type { ToComparing } from './messages.js';
import { headersByName, passedOn } from './passed-on.js';

/**
 * The copies that are being made or wait to be compared. There is room for so many of them, and for so many bytes: what
 * does not fit is dropped and counted, and nobody ever waits for room.
 */
export class Copies {
  private count = 0;
  private bytes = 0;

  constructor(
    private readonly sample: number,
    private readonly tell: (message: ToComparing, moved?: ArrayBuffer[]) => void,
  ) {}

  /** A copy to be made of a request and its answer; undefined when there is none. */
  begin(request: IncomingMessage): Copy | undefined {
    const { method = 'GET', url = '/' } = request;
    const found = chosen(
      { method, target: url, headers: copiedHeaders(request) },
      { sample: this.sample, prefix: '', hasWrites: false },
    );
    if (isSkipped(found)) this.tell({ kind: 'skipped', reason: found.skipped });
    else if (hasBody(request)) this.tell({ kind: 'skipped', reason: 'a GET with a body' });
    else if (this.count >= LIMITS.waitingCopies) this.tell({ kind: 'dropped' });
    else {
      this.count++;
      return new Copy(found, this);
    }
    return undefined;
  }

  /** Room for a piece of an answer; false when there is none. */
  reserve(bytes: number): boolean {
    if (this.bytes + bytes > LIMITS.waitingBytes) return false;
    this.bytes += bytes;
    return true;
  }

  /** A copy is gone, one way or the other. */
  release(bytes: number): void {
    this.count--;
    this.bytes -= bytes;
  }

  send(message: ToComparing, moved?: ArrayBuffer[]): void {
    this.tell(message, moved);
  }
}

/** One copy, while Python's answer goes through. */
export class Copy {
  private readonly at = Date.now() / 1000;
  private readonly since = performance.now();
  private pieces: Buffer[] = [];
  private bytes = 0;
  private isOver = false;

  constructor(
    private readonly request: MirrorRequest,
    private readonly copies: Copies,
  ) {}

  /** Listens to an answer that somebody else reads; at its end the copy goes to be compared. */
  follow(incoming: IncomingMessage): void {
    incoming.on('data', (piece: Buffer) => this.add(piece));
    incoming.on('close', () => this.abandon());
    incoming.on('end', () => {
      if (this.isOver) return;
      this.isOver = true;
      const { statusCode: status = 0, headers } = incoming;
      const body = new Uint8Array(Buffer.concat(this.pieces));
      const milliseconds = performance.now() - this.since;
      const seen = { status, headers: { ...headers }, body, at: this.at, milliseconds };
      this.copies.send({ kind: 'copy', request: this.request, seen }, [body.buffer]);
    });
  }

  /** There is no whole answer to compare: it broke off, or nobody wanted it any more. */
  abandon(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.pieces = [];
    this.copies.release(this.bytes);
  }

  private add(piece: Buffer): void {
    if (this.isOver) return;
    if (this.bytes + piece.length > LIMITS.answerBytes || !this.copies.reserve(piece.length)) {
      this.abandon();
      this.copies.send({ kind: 'dropped' });
      return;
    }
    this.bytes += piece.length;
    this.pieces.push(piece);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Our service is asked by its own name, and for an answer that is not compressed. */
function copiedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const { host, 'accept-encoding': encoding, ...headers } = headersByName(passedOn(rawHeaders));
  return headers;
}
