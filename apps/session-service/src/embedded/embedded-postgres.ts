import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { isAlive, PostgresCluster } from './postgres-cluster.js';
import { postgresPrograms } from './postgres-programs.js';

const ROLE = 'agno';

/** The PostgreSQL server of a service that has no database configured. */
export interface EmbeddedPostgres {
  readonly dsn: string;
  /** Stops the server unless another running process owns it. Synchronous, as required in an `exit` listener. */
  stop(): void;
}

/**
 * Starts PostgreSQL in `folder`, which is created on first use and holds the data, the password and the owner's process
 * id. If a killed service has left a running server there, takes over that server.
 *
 * @throws Error if PostgreSQL is not installed or does not start
 */
export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  mkdirSync(folder, { recursive: true });
  const cluster = new PostgresCluster(await postgresPrograms(), join(folder, 'cluster'));
  const password = storedPassword(join(folder, 'password'));
  cluster.create({ role: ROLE, password });

  const runningPort = cluster.runningPort();
  const port = runningPort ?? (await freePort());
  const ownerFile = join(folder, 'owner');
  const isShared = runningPort !== undefined && hasOwner(ownerFile);
  if (runningPort === undefined) cluster.start(port);
  if (!isShared) writeFileSync(ownerFile, String(process.pid));

  const dsn = `postgresql://${ROLE}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
  await waitUntilAccepting(dsn);
  return {
    dsn,
    stop: () => {
      if (!isShared && cluster.runningPort() !== undefined) cluster.stop();
    },
  };
}

/** True if another running process owns the server and will stop it. */
function hasOwner(file: string): boolean {
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : process.pid;
  return owner !== process.pid && isAlive(owner);
}

function storedPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** A server that is taken over may still be starting or recovering from a crash. */
async function waitUntilAccepting(dsn: string): Promise<void> {
  const latest = Date.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ connectionString: dsn });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > latest) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end();
    }
  }
}

/** An unused TCP port of the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)));
    });
  });
}
