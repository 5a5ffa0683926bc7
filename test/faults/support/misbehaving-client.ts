import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from '../../support/api.js';

/** Number of connections opened at once. More than the server's backlog would wait until the kernel retransmits. */
const BATCH = 200;

/** A trickling client reads this many bytes in each interval. */
const TRICKLE_BYTES = 4_096;
const TRICKLE_INTERVAL_MS = 250;

/** A client that sends arbitrary bytes at any speed, and reads only when told to. */
export class MisbehavingClient {
  /** The status of the first response; 0 until it arrives. */
  status = 0;
  /** Number of response bytes that the client has read. */
  bytesRead = 0;
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Opens `count` connections to a service, which are closed at the end of the test. */
  static async connectMany(baseUrl: string, count: number): Promise<MisbehavingClient[]> {
    const port = Number(new URL(baseUrl).port);
    const clients: MisbehavingClient[] = [];
    onTestFinished(() => {
      for (const client of clients) client.close();
    });
    while (clients.length < count) {
      const opening = Array.from({ length: Math.min(BATCH, count - clients.length) }, async () => {
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

  /** Resolves when the first bytes of a response have arrived, which stay unread, or when the connection is closed. */
  async hasBegun(): Promise<void> {
    if (this.socket.readableLength > 0) return;
    await Promise.race([once(this.socket, 'readable'), once(this.socket, 'close')]);
  }

  /** Starts to read everything. */
  read(): this {
    this.socket.on('data', this.take);
    return this;
  }

  /** Starts to read a little at a time. */
  trickle(): void {
    const timer = setInterval(() => this.take(this.socket.read(TRICKLE_BYTES)), TRICKLE_INTERVAL_MS);
    this.socket.once('close', () => clearInterval(timer));
  }

  /** Resets the connection, so that the port is free again immediately. */
  close(): void {
    this.socket.resetAndDestroy();
  }

  private readonly take = (bytes: Buffer | null): void => {
    if (bytes === null) return;
    if (this.status === 0) this.status = Number(/^HTTP\/1\.1 (\d+)/.exec(bytes.toString('latin1', 0, 16))?.[1] ?? 0);
    this.bytesRead += bytes.length;
  };
}

/** Resolves when the server has closed all connections. A client notices this only while it reads. */
export async function waitUntilClosed(clients: readonly MisbehavingClient[], withinMs: number): Promise<void> {
  await until(async () => clients.every(({ isClosed }) => isClosed), withinMs);
}
