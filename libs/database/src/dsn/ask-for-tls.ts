import { connect, type Socket } from 'node:net';
import type { PoolTarget } from './pool-target.js';

/**
 * Asks a server whether it encrypts, and hangs up: it answers before it wants to know who asks, also when it has no
 * connection to give.
 *
 * @returns `S` if it does, `N` if not; another letter where it is in trouble
 * @throws the network's error when the server cannot be reached within `timeoutMs`
 */
export async function requestTls({ host, port }: PoolTarget, timeoutMs: number): Promise<string> {
  const address = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const socket = connect({ ...address, timeout: timeoutMs });
  try {
    return await responseTo(socket, SSL_REQUEST);
  } finally {
    socket.destroy();
  }
}

function responseTo(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => socket.write(request));
    socket.once('data', (answer) => resolve(answer.toString('latin1', 0, 1)));
    socket.once('timeout', () => reject(new Error('timeout expired')));
    // Stays: an error event that nobody listens to would end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
}

/** Length 8, then PostgreSQL's code for "may I encrypt?" (1234, 5679). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
