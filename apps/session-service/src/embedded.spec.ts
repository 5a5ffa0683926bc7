import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { refusesConnections } from '../../../test/support/api.js';
import { spawnTracked } from '../../../test/support/child-process.js';
import { freePort } from '../../../test/support/ports.js';
import { postmasterPid } from '../../../test/support/postgres.js';
import { forgetProcess, killOnExit } from '../../../test/support/reaper.js';
import { createScratchDatabase } from '../../../test/support/scratch-database.js';
import { CHECKOUT } from '../../../test/support/session-service.js';
import { scaled } from '../../../test/support/time-scale.js';
import { demoSessions } from './embedded/demo/demo-sessions.js';

const SAMPLES = demoSessions(0).length;
const folder = mkdtempSync(join(tmpdir(), 'agno-run-'));
const cluster = join(folder, '.data/postgres/cluster');
const databaseLock = join(cluster, 'postmaster.pid');
let service: ChildProcess;
let output: string;
const databases = new Set<number>();

afterEach(async () => {
  await stop('SIGTERM');
  if (!existsSync(databaseLock)) databases.forEach(forgetProcess);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the service without a configured database', () => {
  it('stops its database on exit, and creates the demo sessions only at the first start', async () => {
    const first = await start();
    expect(await sessionCount(first)).toBe(SAMPLES);
    expect(await stop('SIGTERM')).toBe(0);
    expect(existsSync(databaseLock)).toBe(false);

    const second = await start();
    expect(await sessionCount(second)).toBe(SAMPLES);
    // On Linux every address of 127.0.0.0/8 is this machine's, so a service on all interfaces would accept it.
    expect(await refusesConnections({ baseUrl: second.replace('127.0.0.1', '127.0.0.2') })).toBe(true);
  });

  it('reuses the database that keeps running after the service was killed', async () => {
    await start();
    await stop('SIGKILL');
    expect(existsSync(databaseLock)).toBe(true);
    expect(await sessionCount(await start())).toBe(SAMPLES);
    expect(await stop('SIGINT')).toBe(0);
    expect(existsSync(databaseLock)).toBe(false);
  });

  it('prints two log lines at its start, then what to open, where the data is and how to stop', async () => {
    const url = await start('info');
    await expect.poll(() => output).toContain('Ctrl-C');
    const lines = output.split('\n').map((line) => /"message":"(.*)"/.exec(line)?.[1] ?? line);
    // A request of `start` may be logged before the last line.
    expect(lines.filter((line) => line !== 'request')).toEqual([
      expect.stringMatching(/^Starting PostgreSQL … \d+ s$/),
      expect.stringMatching(/^Neither OS_SECURITY_KEY nor a JWT key is set: /),
      expect.stringMatching(/^AgentOS session service listening on 127\.0\.0\.1:\d+$/),
      '',
      `  Explorer       ${url}/explorer`,
      `  Sessions       ${url}/sessions`,
      `  API, try it    ${url}/docs`,
      `  Health         ${url}/readyz`,
      `  Samples        ${SAMPLES} of the sessions, of users who do not exist`,
      `  Data           ${join(folder, '.data/postgres')}`,
      expect.stringMatching(
        /^ {2}PostgreSQL {5}127\.0\.0\.1:\d+\/postgres \(db_id default\), user agno, see docs\/configuration\.md#embedded-database$/,
      ),
      '  Stop           Ctrl-C',
      '',
      '',
    ]);
  });
});

describe('the service with a configured database and AGNO_SERVICE_PORT=0', () => {
  it.each(['1', '2'])(
    'prints the port on which it listens, and serves the demo sessions there: %s workers',
    async (workers) => {
      const database = await createScratchDatabase();
      run({ AGNO_PG_DSN: database.dsn, AGNO_SERVICE_PORT: '0', AGNO_SERVICE_WORKERS: workers, LOG_LEVEL: 'warn' });
      await expect.poll(() => output, { timeout: scaled(30_000) }).toContain('Ctrl-C');
      const url = /Sessions +(http:\S+)\/sessions/.exec(output)?.[1] ?? '';
      expect(await sessionCount(url), output).toBe(SAMPLES);
    },
  );
});

it('creates the demo sessions whatever the authentication of the service', async () => {
  const database = await createScratchDatabase();
  const key = 'the key of the operator';
  run({ AGNO_PG_DSN: database.dsn, AGNO_SERVICE_PORT: '0', OS_SECURITY_KEY: key, LOG_LEVEL: 'warn' });
  await expect.poll(() => output, { timeout: scaled(30_000) }).toContain('Ctrl-C');
  const url = /Sessions +(http:\S+)\/sessions/.exec(output)?.[1] ?? '';
  expect(await sessionCount(url, { authorization: `Bearer ${key}` })).toBe(SAMPLES);
});

/** Starts the built program in the folder and returns its URL when all demo sessions exist. */
async function start(level = 'warn'): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  run({ AGNO_SERVICE_PORT: String(port), LOG_LEVEL: level });
  while (service.exitCode === null && (await sessionCount(url)) < SAMPLES) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(service.exitCode, 'exit code of a service that should be running').toBeNull();
  // Tracks PostgreSQL separately, because it keeps running when the service is killed.
  const database = postmasterPid(cluster);
  databases.add(database);
  killOnExit(database);
  return url;
}

function run(env: Readonly<Record<string, string>>): void {
  service = spawnTracked(process.execPath, [join(CHECKOUT, 'dist/service/embedded.js'), '--demo'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  output = '';
  service.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  if (service.exitCode === null && service.signalCode === null) {
    service.kill(signal);
    await once(service, 'exit');
  }
  return service.exitCode;
}

async function sessionCount(url: string, headers = {}): Promise<number> {
  try {
    const list = (await (await fetch(`${url}/sessions`, { headers })).json()) as { meta: { total_count: number } };
    return list.meta.total_count;
  } catch {
    return 0;
  }
}
