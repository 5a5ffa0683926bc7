import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { call } from './api.js';

/** Accepting, reading and parsing take one iteration of the service's event loop each, and so does every request. */
const ITERATIONS = 3;

/** Opens a connection and sends bytes. Resolves when the service has read them. */
export async function connectAndSend({ baseUrl }: { readonly baseUrl: string }, bytes: string): Promise<Socket> {
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, resolve));
  for (let index = 0; index < ITERATIONS; index++) await call(baseUrl, '/livez');
  return socket;
}
