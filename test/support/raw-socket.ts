import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { call } from './api.js';

/** The service accepts a connection, reads it and parses it in different turns of its event loop. */
const TURNS = 3;

/** A connection over which a service has read these bytes, and on which the test goes on as it likes. */
export async function connectionWith({ baseUrl }: { readonly baseUrl: string }, bytes: string): Promise<Socket> {
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, resolve));
  for (let turn = 0; turn < TURNS; turn++) await call(baseUrl, '/livez');
  return socket;
}
