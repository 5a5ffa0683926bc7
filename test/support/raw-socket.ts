import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { call } from './api.js';

/** The service needs one event-loop iteration each to accept, read and parse; a request takes at least one. */
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
