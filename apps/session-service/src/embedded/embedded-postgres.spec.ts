import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { postmasterPid } from '../../../../test/support/postgres.js';
import { forgetProcess, killOnExit } from '../../../../test/support/reaper.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';

// mkdtemp creates a folder that only its owner may enter: a service that runs as root must give PostgreSQL access.
const folder = mkdtempSync(join(tmpdir(), 'agno-embedded-'));
const started: EmbeddedPostgres[] = [];
let pid = 0;

afterEach(() => {
  for (const server of started.splice(0)) server.stop();
  forgetProcess(pid);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('startEmbeddedPostgres', () => {
  it('keeps the data across a restart', async () => {
    const first = await start();
    await queryValue(first.dsn, 'CREATE TABLE kept AS SELECT 7 AS value');
    first.stop();
    await expect(queryValue(first.dsn, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    expect(await queryValue((await start()).dsn, 'SELECT value FROM kept')).toBe(7);
  });

  it('takes over the PostgreSQL server of a killed process, and stops it on request', async () => {
    const orphaned = await start();
    writeFileSync(ownerFile(), String(UNUSED_PID));
    const successor = await start();
    expect(successor.dsn).toBe(orphaned.dsn);
    successor.stop();
    await expect(queryValue(successor.dsn, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('does not stop the PostgreSQL server that another running process has started', async () => {
    const owned = await start();
    writeFileSync(ownerFile(), String(process.ppid));
    const guest = await start();
    guest.stop();
    expect(await queryValue(owned.dsn, 'SELECT 1')).toBe(1);
  });

  it('starts after a crash when the process id in postmaster.pid belongs to another program', async () => {
    const crashed = await start();
    await queryValue(crashed.dsn, 'CREATE TABLE kept_too AS SELECT 8 AS value');
    const pidFile = readFileSync(pidFilePath(), 'utf8');
    crashed.stop();
    writeFileSync(pidFilePath(), pidFile.replace(/^\d+/, String(process.pid)));
    expect(await queryValue((await start()).dsn, 'SELECT value FROM kept_too')).toBe(8);
  });
});

const UNUSED_PID = 2 ** 30;

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(folder);
  started.push(server);
  pid = postmasterPid(join(folder, 'cluster'));
  killOnExit(pid);
  return server;
}

function ownerFile(): string {
  return join(folder, 'owner');
}

function pidFilePath(): string {
  return join(folder, 'cluster', 'postmaster.pid');
}

async function queryValue(dsn: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: dsn });
  try {
    await client.connect();
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
