import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { Client, type ClientBase, Connection, Pool } from 'pg';

/*
 * Everything that this service uses of pg beyond its published types. `verifyPgInternals` checks it at start-up, so that
 * an update of pg that changed any of it is noticed before a request is. The sources, as of pg 8.23:
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection.js (PgConnection)
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js (its connection, the cancel key)
 * https://github.com/brianc/node-postgres/blob/master/packages/pg-pool/index.js (the connections of a pool)
 */

/** What a client makes its connection with. */
export interface PgConnectionOptions {
  readonly ssl?: boolean | ConnectionOptions | undefined;
  readonly sslNegotiation?: 'postgres' | 'direct' | undefined;
  /** What stands for the plain socket; pg makes one by default. */
  readonly stream?: Duplex | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly keepAliveInitialDelayMillis?: number | undefined;
}

/** One connection on the level of protocol messages. It emits an event for each message that it receives. */
export interface PgConnection extends EventEmitter {
  readonly stream: Duplex;
  /** Texts of the statements that are prepared on this connection, by their names. */
  readonly parsedStatements: Record<string, string | undefined>;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: (string | null)[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
  /** Parses the messages in the `data` events of `source`: the socket, or what stands for it. */
  attachListeners(source: EventEmitter): void;
}

export const PgConnection = Connection as unknown as new (options: PgConnectionOptions) => PgConnection;

/** What identifies a connection in a cancel request. */
export interface CancelKey {
  readonly processID: number;
  readonly secretKey: number;
}

export function connectionOf(client: ClientBase): PgConnection {
  return (client as unknown as { connection: PgConnection }).connection;
}

export function cancelKeyOf(client: ClientBase): CancelKey {
  return client as unknown as CancelKey;
}

/** All connections of a pool, idle and in use. */
export function clientsOf(pool: Pool): readonly ClientBase[] {
  return (pool as unknown as { _clients: readonly ClientBase[] })._clients;
}

/** Gives a client that has not connected yet another connection than the one it has made, with the same options for TLS. */
export function replaceConnection(
  client: ClientBase,
  make: (options: Pick<PgConnectionOptions, 'ssl' | 'sslNegotiation'>) => PgConnection,
): void {
  const { ssl, sslNegotiation } = client as unknown as PgConnectionOptions;
  Object.assign(client, { connection: make({ ssl, sslNegotiation }) });
}

/** @throws Error when pg is not as this file describes it */
export function verifyPgInternals(): void {
  const connection = new PgConnection({});
  const client = new Client({ ssl: false });
  for (const method of METHODS) expectInternal(typeof connection[method] === 'function', `Connection.${method}`);
  expectInternal(typeof connection.stream?.destroy === 'function', 'Connection.stream');
  expectInternal(typeof connection.parsedStatements === 'object', 'Connection.parsedStatements');
  expectInternal(connectionOf(client) instanceof PgConnection, 'Client.connection');
  expectInternal('ssl' in client && 'sslNegotiation' in client, 'Client.ssl and sslNegotiation');
  expectInternal('processID' in client && 'secretKey' in client, 'Client.processID and secretKey');
  expectInternal(Array.isArray(clientsOf(new Pool())), 'Pool._clients');
  let values: unknown;
  connection.on('dataRow', ({ fields }) => {
    values = fields;
  });
  const source = new EventEmitter();
  connection.attachListeners(source);
  source.emit('data', SAMPLE_DATA_ROW);
  expectInternal(Array.isArray(values) && values[0] === 'x', 'Connection.attachListeners');
}

const METHODS = [
  'connect',
  'requestSsl',
  'cancel',
  'parse',
  'bind',
  'describe',
  'execute',
  'sync',
  'attachListeners',
] as const;

/** A DataRow message with one value, `x`. */
const SAMPLE_DATA_ROW = Buffer.from('D\0\0\0\x0b\0\x01\0\0\0\x01x', 'latin1');

function expectInternal(isAsExpected: boolean, what: string): void {
  if (!isAsExpected) throw new Error(`This version of pg cannot be used: ${what} has changed, see pg-internals.ts`);
}

/** Ends a connection without a word to the server, which may be out of reach: a statement that runs on it fails at once. */
export function destroyConnection(client: ClientBase): void {
  connectionOf(client).stream.destroy();
}
