import { Client, type PoolClient, type PoolOptions } from 'pg';

/** How long the server may take to hear of a cancel before the connection itself is cut, in milliseconds. */
const PATIENCE_MS = 2_000;

/** What pg keeps of a connection and does not declare. */
interface Connection {
  readonly processID: number;
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * Ends what `client` runs at this moment: by a cancel over a second connection (pg itself only stops listening), or by
 * cutting the connection when the server cannot be told. Resolves when it is done; never rejects.
 */
export async function cancelStatement(client: PoolClient, options: PoolOptions): Promise<void> {
  const { processID, connection } = client as unknown as Connection;
  const messenger = new Client({
    ...options,
    // The pool hides its password from enumeration.
    password: options.password,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  messenger.on('error', () => undefined);
  try {
    await messenger.connect();
    await messenger.query('SELECT pg_cancel_backend($1)', [processID]);
  } catch {
    connection.stream.destroy();
  } finally {
    await messenger.end().catch(() => undefined);
  }
}
