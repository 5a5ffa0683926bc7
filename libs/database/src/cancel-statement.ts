import { Client, type PoolClient, type PoolOptions } from 'pg';
import { cutConnection } from './cut-connection.js';

/** How long the server may take to hear of a cancel and to end the statement before the connection itself is cut, in milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Ends what `client` runs at this moment: by a cancel over a second connection (pg itself only stops listening), or by
 * cutting the connection when the server cannot be told or the connection does not tell of the end, because the network
 * has forgotten it. Resolves when it is done; never rejects.
 *
 * @param work what runs on the connection
 */
export async function cancelStatement(client: PoolClient, options: PoolOptions, work: Promise<unknown>): Promise<void> {
  const { processID } = client as unknown as { readonly processID: number };
  const messenger = new Client({
    ...options,
    // The pool hides its password from enumeration.
    password: options.password,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  messenger.on('error', () => undefined);
  const outOfPatience = setTimeout(() => cutConnection(client), PATIENCE_MS);
  try {
    await messenger.connect();
    await messenger.query('SELECT pg_cancel_backend($1)', [processID]);
  } catch {
    cutConnection(client);
  }
  // Not waited for: its goodbye may get lost as well.
  messenger.end().catch(() => undefined);
  await work.catch(() => undefined);
  clearTimeout(outOfPatience);
}
