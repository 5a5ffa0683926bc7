import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Received characters to keep for the next chunk: longer than the part of a status line that the pattern matches. */
const STATUS_LINE_LENGTH = 20;

/** A connection on which requests are sent as raw bytes, without waiting for responses. */
export class PipeliningClient {
  readonly socket: Socket;
  text = '';
  private readonly found: number[] = [];
  /** The end of the received text, which may contain an incomplete status line. */
  private rest = '';

  constructor(baseUrl: string) {
    this.socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => this.take(bytes.toString('latin1')));
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Statuses of all responses so far. */
  statuses(): readonly number[] {
    return this.found;
  }

  private take(piece: string): void {
    this.text += piece;
    const received = this.rest + piece;
    let end = 0;
    for (const { 0: line, 1: status, index } of received.matchAll(/HTTP\/1\.1 (\d+) [A-Z]/g)) {
      this.found.push(Number(status));
      end = index + line.length;
    }
    this.rest = received.slice(Math.max(end, received.length - STATUS_LINE_LENGTH));
  }
}

/** Returns an HTTP/1.1 request as text, with an optional JSON body. */
export function serialiseRequest(method: string, path: string, body?: object, ...headers: string[]): string {
  const content = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    'Content-Type: application/json',
    ...headers,
    `Content-Length: ${Buffer.byteLength(content)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${content}`;
}
