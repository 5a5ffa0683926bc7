import type { ClientBase } from 'pg';
import { connectionOf } from './pg-internals.js';

/** Ends a connection without a word to the server, which may be out of reach: a statement that runs on it fails at once. */
export function destroyConnection(client: ClientBase): void {
  connectionOf(client).stream.destroy();
}
