import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from '../../support/api.js';

/** How many connect at the same time: more than a server's backlog would wait for the kernel to ask again. */
const AT_ONCE = 200;

/** What a trickle is: so many bytes every so many milliseconds. */
const TRICKLE_BYTES = 4_096;
const TRICKLE_MS = 250;

/** A client that keeps to no manners: it sends what it likes as slowly as it likes, and reads only when told to. */
export class MisbehavingClient {
  /** The status of the first answer; 0 while there is none. */
  status = 0;
  /** Bytes of answers that it has read. */
  bytesRead = 0;
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** So many connections to a service, until the test is over. */
  static async crowd(baseUrl: string, count: number): Promise<MisbehavingClient[]> {
    const port = Number(new URL(baseUrl).port);
    const clients: MisbehavingClient[] = [];
    onTestFinished(() => {
      for (const client of clients) client.close();
    });
    while (clients.length < count) {
      const opening = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return new MisbehavingClient(socket);
      });
      clients.push(...(await Promise.all(opening)));
    }
    return clients;
  }

  send(bytes: string | Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Resolves when an answer has begun to come, of which nothing is read yet, or when none can come any more. */
  async hasBegun(): Promise<void> {
    if (this.socket.readableLength > 0) return;
    await Promise.race([once(this.socket, 'readable'), once(this.socket, 'close')]);
  }

  /** Reads on, all that comes. */
  read(): this {
    this.socket.on('data', this.take);
    return this;
  }

  /** Reads on, a little now and then. */
  trickle(): void {
    const timer = setInterval(() => this.take(this.socket.read(TRICKLE_BYTES)), TRICKLE_MS);
    this.socket.once('close', () => clearInterval(timer));
  }

  /** Without a word, so that the port is free again at once. */
  close(): void {
    this.socket.resetAndDestroy();
  }

  private readonly take = (bytes: Buffer | null): void => {
    if (bytes === null) return;
    if (this.status === 0) this.status = Number(/^HTTP\/1\.1 (\d+)/.exec(bytes.toString('latin1', 0, 16))?.[1] ?? 0);
    this.bytesRead += bytes.length;
  };
}

/** Resolves when the server has closed the connection of every client. Only who reads gets to know. */
export async function waitUntilClosed(clients: readonly MisbehavingClient[], withinMs: number): Promise<void> {
  await until(async () => clients.every(({ isClosed }) => isClosed), withinMs);
}
