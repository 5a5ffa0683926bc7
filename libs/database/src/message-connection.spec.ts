import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { until } from '../../../test/support/api.js';
import { makeCertificate } from '../../../test/support/server-certificate.js';
import { scaled } from '../../../test/support/time-scale.js';
import { ConnectionLost, Database, DatabaseUnavailable, Deadline, StatementTimedOut, UNOBSERVED } from './index.js';

const LIMITS = {
  size: 1,
  connectTimeoutMs: scaled(5_000),
  queueTimeoutMs: scaled(5_000),
  statementTimeoutMs: 0,
  idleTimeoutMs: 60_000,
};

/** An authentication request of unknown kind, for which pg's parser throws an exception. */
const UNREADABLE = Buffer.from('R\0\0\0\x08\0\0\0\x63', 'latin1');
const HTTP = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
/** A message of unknown type, which pg itself would report as an error of the statement. */
const UNKNOWN_TYPE = Buffer.from('?\0\0\0\x04');
/** A CommandComplete message that is longer than any of PostgreSQL's. */
const TOO_LONG = Buffer.from('C\0\x10\0\0', 'latin1');
const GARBAGE: [string, Buffer][] = [
  ['an HTTP response', HTTP],
  ['a message that pg cannot parse', UNREADABLE],
  ['an unknown message', UNKNOWN_TYPE],
  ['a message of an impossible length', TOO_LONG],
];

async function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Vitest reports uncaught exceptions, so these tests also show that garbage causes none. */
describe('MessageConnection, when the server sends invalid bytes', () => {
  /** Sockets of the proxy to which `database` has connected. */
  let clients: Socket[];
  let onConnection: (client: Socket, index: number) => 'refused' | undefined;
  let database: Database;
  let warnings: string[];
  const query = (sql: string, deadline = new Deadline()) => database.query({ name: '', text: sql }, [], deadline);
  const databaseAt = (dsn: string) => {
    const log = { log: () => undefined, warn: (message: string) => void warnings.push(message) };
    return new Database({ id: 'main', dsn, replicas: [] }, LIMITS, UNOBSERVED, log);
  };

  beforeEach(async () => {
    clients = [];
    warnings = [];
    onConnection = () => undefined;
    const url = new URL(inject('postgresDsn'));
    const serverPort = Number(url.port);
    const proxy = createServer((client) => {
      client.on('error', () => undefined);
      clients.push(client);
      if (onConnection(client, clients.length) === 'refused') return;
      const server = connect(serverPort, '127.0.0.1');
      server.on('error', () => undefined).on('close', () => client.destroy());
      client.on('close', () => server.destroy());
      client.pipe(server);
      server.on('data', (bytes) => {
        // Sends single bytes, because TCP may split messages anywhere.
        for (const byte of bytes) client.write(Buffer.of(byte));
      });
    });
    url.port = String(await listening(proxy));
    database = databaseAt(`${url}?sslmode=disable`);
  });
  afterEach(() => database.close());

  it.each(GARBAGE)('fails the running statement, but not the next one, after %s', async (_, garbage) => {
    await query('SELECT 1');
    const running = query('SELECT pg_sleep(60)');
    clients[0]?.write(garbage);
    await expect(running).rejects.toBeInstanceOf(ConnectionLost);
    expect(await query("SELECT 'ü' AS value")).toEqual([{ value: 'ü' }]);
  });

  it.each(GARBAGE)(
    'is closed when idle after %s, and the next statement gets another connection',
    async (_, garbage) => {
      await query('SELECT 1');
      clients[0]?.write(garbage);
      await until(async () => warnings.length > 0);
      expect(warnings).toEqual([expect.stringMatching(/^Idle connection of 'main' lost: /)]);
      expect(await query('SELECT 1 AS value')).toEqual([{ value: '1' }]);
    },
  );

  it.each(GARBAGE)('fails to open after %s', async (_, garbage) => {
    onConnection = (client) => {
      client.write(garbage);
      return 'refused';
    };
    await expect(query('SELECT 1')).rejects.toBeInstanceOf(DatabaseUnavailable);
    onConnection = () => undefined;
    expect(await query('SELECT 1 AS value')).toEqual([{ value: '1' }]);
  });

  it.each(GARBAGE)('cannot send a cancel request after %s, but the statement still times out', async (_, garbage) => {
    await query('SELECT 1');
    onConnection = (client) => {
      client.write(garbage);
      return 'refused';
    };
    const deadline = new Deadline();
    const running = query('SELECT pg_sleep(60)', deadline);
    setTimeout(() => deadline.expire(), 100);
    await expect(running).rejects.toSatisfy(
      (error) => error instanceof StatementTimedOut || error instanceof ConnectionLost,
    );
    onConnection = () => undefined;
    expect(await query('SELECT 1 AS value')).toEqual([{ value: '1' }]);
  });

  it.each(GARBAGE)('fails to open over TLS after %s', async (_, garbage) => {
    const folder = mkdtempSync(join(tmpdir(), 'agno-test-certificate-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    makeCertificate(folder);
    const [key, cert] = ['server.key', 'server.crt'].map((name) => readFileSync(join(folder, name)));
    const server = createTlsServer({ key, cert, ALPNProtocols: ['postgresql'] }, (client) => {
      client.on('error', () => undefined);
      client.write(garbage);
    });
    const dsn = `postgresql://a:b@127.0.0.1:${await listening(server)}/d?sslmode=require&sslnegotiation=direct`;
    const other = databaseAt(dsn);
    onTestFinished(() => other.close());
    const failure = await other.query({ name: '', text: 'SELECT 1' }, [], new Deadline()).catch((error) => error);
    expect(failure).toBeInstanceOf(DatabaseUnavailable);
    expect(failure.cause.message).not.toContain('certificate');
  });
});
