import { connect, type Socket } from 'node:net';
import type { PoolTarget } from './pool-target.js';

/**
 * Settles sslmode allow and prefer, which node-postgres cannot: asks the server whether it encrypts, and returns a
 * target with TLS (unverified, as libpq has it) when it does. Other targets come back as they are. Unlike libpq, a server
 * that encrypts but lets this user in only without TLS is not tried again: such a DSN needs sslmode=disable.
 *
 * @throws the network's error when the server cannot be reached within `timeoutMs`
 */
export async function withOfferedTls(target: PoolTarget, timeoutMs: number): Promise<PoolTarget> {
  if (!target.tlsIfOffered || !(await offersTls(target, timeoutMs))) return target;
  return { ...target, ssl: { rejectUnauthorized: false } };
}

async function offersTls({ host, port }: PoolTarget, timeoutMs: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: timeoutMs });
  try {
    return (await answerTo(socket, SSL_REQUEST)) === 'S';
  } finally {
    socket.destroy();
  }
}

function answerTo(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => socket.write(request));
    socket.once('data', (answer) => resolve(answer.toString('latin1', 0, 1)));
    socket.once('timeout', () => reject(new Error('timeout expired')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
}

/** Length 8, then PostgreSQL's code for "may I encrypt?" (1234, 5679). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
