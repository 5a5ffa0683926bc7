import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { isAlive, PostgresCluster } from './postgres-cluster.js';
import { postgresPrograms } from './postgres-programs.js';

const ROLE = 'agno';

/** A running PostgreSQL server for a service that was given no database. */
export interface EmbeddedPostgres {
  readonly dsn: string;
  /** Stops the server, unless another living process started it. Synchronous, so that it can be the last act of a process. */
  stop(): void;
}

/**
 * Starts PostgreSQL on `folder` (created on first use), or takes over the server that runs there because its service
 * was killed. Data, password and owner stay in the folder.
 *
 * @throws Error where PostgreSQL is not installed or does not start
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

/** Whether another living process started the server, and so will stop it. */
function hasOwner(file: string): boolean {
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : process.pid;
  return owner !== process.pid && isAlive(owner);
}

function storedPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** A server that is taken over may still be on its way up, or recovering from a crash. */
async function waitUntilAccepting(dsn: string): Promise<void> {
  const giveUp = Date.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ connectionString: dsn });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > giveUp) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end();
    }
  }
}

/** A TCP port of the loopback interface that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)));
    });
  });
}
