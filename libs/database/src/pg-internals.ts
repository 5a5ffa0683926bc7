import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg, { Client, type ClientBase, Connection, Pool, Query, type Submittable } from 'pg';
import { DataSource } from 'typeorm';

/*
 * All uses of pg and TypeORM beyond their published types. `verifyPgInternals` checks them at start-up, so that the
 * service does not start with an incompatible version. Sources, as of pg 8.23 and TypeORM 1.1:
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection.js (PgConnection)
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js (connectionOf, cancelKeyOf)
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/query.js (PgQuery)
 * https://github.com/brianc/node-postgres/blob/master/packages/pg-pool/index.js (clientsOf)
 * https://github.com/typeorm/typeorm/blob/master/src/driver/postgres/PostgresDriver.ts (poolOf)
 */

export interface PgConnectionOptions {
  readonly ssl?: boolean | ConnectionOptions | undefined;
  readonly sslNegotiation?: 'postgres' | 'direct' | undefined;
  /** Replaces the plain socket that pg creates by default. */
  readonly stream?: Duplex | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly keepAliveInitialDelayMillis?: number | undefined;
}

/** A connection at the level of protocol messages. It emits an event for each message that it receives. */
export interface PgConnection extends EventEmitter {
  readonly stream: Duplex;
  /** SQL of the statements that are prepared on this connection, by name. */
  readonly parsedStatements: Record<string, string | undefined>;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  parse(message: { name: string; text: string }): void;
  /** Deallocates a prepared statement. */
  close(message: { type: 'S'; name: string }): void;
  bind(message: { statement: string; values: (string | null)[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
  /** Parses the messages in the `data` events of `source`, usually the socket. */
  attachListeners(source: EventEmitter): void;
}

export const PgConnection = Connection as unknown as new (options: PgConnectionOptions) => PgConnection;

/** A query that pg's Client runs. `submit` sends messages; the client calls a handler for each message received. */
export interface PgQuery extends Submittable {
  /** pg records the name and SQL of a parsed statement in `parsedStatements`. */
  readonly name: string;
  readonly text: string;
  handleRowDescription(message: { fields: readonly { name: string }[] }): void;
  /** @param message `length`: number of bytes of the message */
  handleDataRow(message: { fields: readonly (string | null)[]; length: number }): void;
  handleCommandComplete(): void;
  handlePortalSuspended(): void;
  /** Not called after an error, because pg drops a failed query at once. */
  handleReadyForQuery(): void;
  handleError(error: unknown): void;
}

/** Identifies a connection in a cancel request. */
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

/** The pool of a DataSource; undefined before its first connection is open. */
export function poolOf(dataSource: DataSource): Pool | undefined {
  return (dataSource.driver as unknown as { master: Pool | undefined }).master;
}

/** Closes a connection without notifying the server, which may be unreachable. The running statement fails at once. */
export function destroyConnection(client: ClientBase): void {
  connectionOf(client).stream.destroy();
}

/** Replaces the connection of a client that has not connected yet, keeping its TLS options. */
export function replaceConnection(
  client: ClientBase,
  make: (options: Pick<PgConnectionOptions, 'ssl' | 'sslNegotiation'>) => PgConnection,
): void {
  const { ssl, sslNegotiation } = client as unknown as PgConnectionOptions;
  Object.assign(client, { connection: make({ ssl, sslNegotiation }) });
}

/** @throws Error when pg or TypeORM differs from this file */
export function verifyPgInternals(): void {
  const connection = new PgConnection({});
  const client = new Client({ ssl: false });
  for (const method of CONNECTION_METHODS) {
    expectInternal(typeof connection[method] === 'function', `Connection.${method}`);
  }
  expectInternal(typeof connection.stream?.destroy === 'function', 'Connection.stream');
  expectInternal(typeof connection.parsedStatements === 'object', 'Connection.parsedStatements');
  const query: object = Query.prototype;
  for (const method of QUERY_METHODS) expectInternal(method in query, `Query.${method}`);
  expectInternal(connectionOf(client) instanceof PgConnection, 'Client.connection');
  expectInternal('ssl' in client && 'sslNegotiation' in client, 'Client.ssl and sslNegotiation');
  expectInternal('processID' in client && 'secretKey' in client, 'Client.processID and secretKey');
  expectInternal(Array.isArray(clientsOf(new Pool())), 'Pool._clients');
  expectInternal(parsesDataRow(connection), 'Connection.attachListeners');
  expectInternal(closesPool(new DataSource({ type: 'postgres', driver: pg })), 'PostgresDriver.master');
}

const CONNECTION_METHODS = [
  'connect',
  'requestSsl',
  'cancel',
  'parse',
  'close',
  'bind',
  'describe',
  'execute',
  'sync',
  'attachListeners',
] as const;

/** Methods that pg's Client calls on a query, so pg's own Query must have them. */
const QUERY_METHODS = [
  'submit',
  'handleRowDescription',
  'handleDataRow',
  'handleCommandComplete',
  'handlePortalSuspended',
  'handleReadyForQuery',
  'handleError',
] as const satisfies readonly (keyof PgQuery)[];

/** A DataRow message with one value, `x`. */
const SAMPLE_DATA_ROW = Buffer.from('D\0\0\0\x0b\0\x01\0\0\0\x01x', 'latin1');

function parsesDataRow(connection: PgConnection): boolean {
  let values: unknown;
  connection.on('dataRow', ({ fields }) => {
    values = fields;
  });
  const source = new EventEmitter();
  connection.attachListeners(source);
  source.emit('data', SAMPLE_DATA_ROW);
  return Array.isArray(values) && values[0] === 'x';
}

/** True if the driver closes the pool that `poolOf` returns. */
function closesPool({ driver }: DataSource): boolean {
  let isClosed = false;
  const end = () => {
    isClosed = true;
  };
  Object.assign(driver, { master: { end } });
  driver.disconnect().catch(() => undefined);
  return isClosed;
}

function expectInternal(isAsExpected: boolean, name: string): void {
  if (!isAsExpected) {
    throw new Error(`This version of pg or TypeORM cannot be used: ${name} has changed, see pg-internals.ts`);
  }
}
