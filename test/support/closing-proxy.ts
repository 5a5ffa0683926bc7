import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a PostgreSQL server on which connections can be ended at the very moment at which they are ready. */
export interface ClosingProxy {
  readonly port: number;
  /** From now on, the server's word that a new connection is ready and its word that it is over come together. */
  doom(): void;
  /** How many have been ended so. */
  ended(): number;
  close(): void;
}

/** PostgreSQL's ReadyForQuery, of a session that is idle. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function startClosingProxy(serverPort: number): Promise<ClosingProxy> {
  let isDooming = false;
  let ended = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    const isDoomed = isDooming;
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
      if (!isDoomed || !bytes.subarray(-READY.length).equals(READY)) {
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
    doom: () => {
      isDooming = true;
    },
    ended: () => ended,
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** PostgreSQL's ErrorResponse of a session that an administrator ends. */
const FATAL = errorResponse({
  S: 'FATAL',
  V: 'FATAL',
  C: '57P01',
  M: 'terminating connection due to administrator command',
});

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([code, text]) => `${code}${text}\0`)
      .join('')}\0`,
  );
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
