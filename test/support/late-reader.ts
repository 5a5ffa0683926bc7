import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that reads nothing until it has written its request, as Python's HTTP clients do. */
export class LateReader {
  private readonly closed: Promise<unknown>;
  private readonly socket: Socket;

  constructor(baseUrl: string) {
    this.socket = connect({ port: Number(new URL(baseUrl).port), host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('error', () => undefined).pause();
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  /** Resolves when the kernel has accepted the bytes; with false when the connection is closed. */
  async write(bytes: string): Promise<boolean> {
    const error = await new Promise<Error | null | undefined>((resolve) => this.socket.write(bytes, resolve));
    return error === null || error === undefined;
  }

  /** Reads the whole response and closes the connection. */
  async read(): Promise<string> {
    let text = '';
    this.socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    this.socket.resume();
    await Promise.race([once(this.socket, 'end'), this.closed]);
    this.socket.destroy();
    return text;
  }
}
