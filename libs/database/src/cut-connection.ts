import type { ClientBase } from 'pg';

/** What pg keeps of a connection and does not declare. */
interface Connection {
  readonly connection: { readonly stream: { destroy(): void } };
}

/** Ends a connection without a word to the server, which may be out of reach: a statement that runs on it fails at once. */
export function cutConnection(client: ClientBase): void {
  (client as unknown as Connection).connection.stream.destroy();
}
