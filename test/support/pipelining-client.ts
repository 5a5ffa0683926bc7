import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Longer than what an answer is known by. */
const LINE = 20;

/** A connection that sends what it likes, whenever it likes. */
export class PipeliningClient {
  readonly socket: Socket;
  text = '';
  private readonly found: number[] = [];
  /** The end of what came, in which the beginning of an answer may have begun. */
  private rest = '';

  constructor(baseUrl: string) {
    this.socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => this.take(bytes.toString('latin1')));
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  /** Whatever the service makes of it. */
  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Of all answers so far. */
  statuses(): readonly number[] {
    return this.found;
  }

  private take(piece: string): void {
    this.text += piece;
    const come = this.rest + piece;
    let end = 0;
    for (const { 0: line, 1: status, index } of come.matchAll(/HTTP\/1\.1 (\d+) [A-Z]/g)) {
      this.found.push(Number(status));
      end = index + line.length;
    }
    this.rest = come.slice(Math.max(end, come.length - LINE));
  }
}

/** A request as it is sent, with a body in JSON where it has one. */
export function serialiseRequest(method: string, path: string, body?: object, ...headers: string[]): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    'Content-Type: application/json',
    ...headers,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
