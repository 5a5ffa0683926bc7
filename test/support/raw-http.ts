import { connect, type Socket } from 'node:net';
import { scaled } from './time-scale.js';

export interface RawResponse {
  readonly status: number;
  /** Headers by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly milliseconds: number;
}

/** Thrown when no response arrived within the timeout. */
export class NoResponse extends Error {}

interface Waiting {
  readonly hasBody: boolean;
  readonly since: number;
  readonly timer: NodeJS.Timeout;
  resolve(response: RawResponse | undefined): void;
  reject(error: Error): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);

/**
 * An HTTP client that sends arbitrary bytes, including requests that client libraries reject. Keeps its connection
 * alive while the server does, and sends one request at a time.
 */
export class RawConnection {
  private readonly port: number;
  private socket: Socket | undefined;
  private received: Buffer = EMPTY;
  private waiting: Waiting | undefined;

  constructor(baseUrl: string) {
    this.port = Number(new URL(baseUrl).port);
  }

  /**
   * Sends bytes. Resolves with the response; undefined when the server closed the connection without one.
   *
   * @param timeoutMs scaled to this machine
   * @throws NoResponse after the timeout, and closes the connection
   */
  ask(request: Buffer, timeoutMs: number, hasBody = true): Promise<RawResponse | undefined> {
    const socket = this.socket ?? this.open();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.close();
        reject(new NoResponse(`no response within ${scaled(timeoutMs)} ms`));
      }, scaled(timeoutMs));
      this.waiting = { hasBody, since: performance.now(), timer, resolve, reject };
      socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private open(): Socket {
    const socket = connect(this.port, '127.0.0.1').setNoDelay(true);
    this.socket = socket;
    this.received = EMPTY;
    socket.on('data', (bytes: Buffer) => this.take(socket, bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.settle(undefined);
    });
    return socket;
  }

  private take(socket: Socket, bytes: Buffer): void {
    if (this.socket !== socket) return;
    this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
    const { waiting } = this;
    const headEnd = this.received.indexOf(HEAD_END);
    if (waiting === undefined || headEnd === -1) return;
    const { status, headers } = headOf(this.received.toString('latin1', 0, headEnd));
    const bodyStart = headEnd + HEAD_END.length;
    if (status === 100) {
      this.received = EMPTY;
      if (bytes.length > bodyStart) this.take(socket, bytes.subarray(bodyStart));
      return;
    }
    const length = waiting.hasBody ? Number(headers.get('content-length') ?? 0) : 0;
    if (this.received.length < bodyStart + length) return;
    const body = this.received.toString('utf8', bodyStart, bodyStart + length);
    const isSurplus = this.received.length > bodyStart + length;
    this.received = EMPTY;
    // Surplus bytes belong to the response to a smuggled request, so the connection must not be reused.
    if (headers.get('connection') === 'close' || isSurplus) this.close();
    this.settle({ status, headers, body, milliseconds: performance.now() - waiting.since });
  }

  private settle(response: RawResponse | undefined): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.resolve(response);
  }
}

function headOf(head: string): Pick<RawResponse, 'status' | 'headers'> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers) };
}
