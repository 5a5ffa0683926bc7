import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy in front of PostgreSQL that can end new connections at the moment they become ready for queries. */
export interface ClosingProxy {
  readonly port: number;
  /** Makes the proxy send ReadyForQuery and a fatal error in the same packet to each new connection, and end it. */
  closeWhenReady(): void;
  /** Number of connections that the proxy has ended after `closeWhenReady`. */
  ended(): number;
  close(): void;
}

/** PostgreSQL's ReadyForQuery message of an idle session. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function startClosingProxy(serverPort: number): Promise<ClosingProxy> {
  let shouldClose = false;
  let ended = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    const closesWhenReady = shouldClose;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(server);
    server.on('data', (bytes: Buffer) => {
      if (!closesWhenReady || !bytes.subarray(-READY.length).equals(READY)) {
        client.write(bytes);
        return;
      }
      ended++;
      client.end(Buffer.concat([bytes, FATAL]));
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    closeWhenReady: () => {
      shouldClose = true;
    },
    ended: () => ended,
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** PostgreSQL's ErrorResponse for a session that an administrator terminates. */
const FATAL = errorResponse({
  S: 'FATAL',
  V: 'FATAL',
  C: '57P01',
  M: 'terminating connection due to administrator command',
});

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([code, value]) => `${code}${value}\0`)
      .join('')}\0`,
  );
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
