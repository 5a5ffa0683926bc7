import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultScenario } from '../support/fault-scenario.js';
import { injectFault } from '../support/inject-fault.js';
import { failuresOf } from '../support/response-statistics.js';

/** Only root may mount the small disk that this test fills. */
const isRoot = userInfo().uid === 0;

describe.skipIf(!isRoot)('a service whose database disk is full', () => {
  let disk: string;
  let scenario: FaultScenario;

  beforeAll(async () => {
    disk = mkdtempSync(join(tmpdir(), 'agno-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', disk]);
    chmodSync(disk, 0o755);
    scenario = await FaultScenario.start({ settings: ['min_wal_size=32MB', 'max_wal_size=32MB'], home: disk });
  });
  afterAll(async () => {
    await scenario?.stop();
    execFileSync('umount', ['--lazy', disk]);
    rmdirSync(disk);
  });

  it('recovers without losing writes', async () => {
    const ballast = join(disk, 'ballast');
    const { sent } = await injectFault(scenario, {
      name: 'Disk full for 5 s (53100)',
      strike: () => fill(disk, ballast),
      lastsMs: 5_000,
      heal: () => rmSync(ballast),
    });
    expect(failuresOf(sent).length).toBeGreaterThan(0);
  });
});

function fill(disk: string, file: string): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(file, Buffer.alloc(bavail * bsize));
}
