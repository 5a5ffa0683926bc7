import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScratchDatabase } from '../../support/scratch-database.js';
import { CHECKOUT } from '../../support/session-service.js';
import { FIRST_BUILD, IMAGE_ROOT, RUN_CONFIG, runInContainer, SECOND_BUILD, startInContainer } from './image.js';

/** Maximum unpacked size in bytes. Node takes two thirds of it. */
const MAX_BYTES = 190_000_000;

const FILES = readdirSync(IMAGE_ROOT, { recursive: true, encoding: 'utf8' });

describe('image', () => {
  it('is byte-identical when built from checkouts with different file times and modes', () => {
    expect(FIRST_BUILD.OCIv1.rootfs.diff_ids).not.toEqual([]);
    expect(SECOND_BUILD.OCIv1.rootfs.diff_ids).toEqual(FIRST_BUILD.OCIv1.rootfs.diff_ids);
  });

  it('is smaller than 190 MB', () => {
    const bytes = FILES.map((file) => lstatSync(join(IMAGE_ROOT, file))).reduce((sum, { size }) => sum + size, 0);
    process.stdout.write(`the image contains ${Math.round(bytes / 1e6)} MB in ${FILES.length} files\n`);
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('contains no shell, no package manager, no tests and no embedded database', () => {
    expect(existsSync(join(IMAGE_ROOT, 'usr/local/bin/node'))).toBe(true);
    expect(FILES.filter((file) => /(^|\/)(sh|bash|busybox|apt|dpkg|npm|npx|yarn)$/.test(file))).toEqual([]);
    expect(FILES.filter((file) => /^service\/dist\/.*(\.spec\.|embedded)/.test(file))).toEqual([]);
  });

  it('contains the built explorer, but not the packages that it is built from', () => {
    expect(FILES).toEqual(
      expect.arrayContaining(['service/dist/explorer/index.html', 'service/dist/explorer/index.html.br']),
    );
    expect(FILES.filter((file) => /^service\/node_modules\/(vite|react|react-dom|openapi-fetch)$/.test(file))).toEqual(
      [],
    );
  });

  it('runs as an unprivileged user on a read-only file system', () => {
    const attempt = "try { fs.writeFileSync('x', '') } catch ({ code }) { console.log(process.getuid(), code) }";
    expect(runInContainer(['node', '--eval', attempt]).output).toBe('65532 EROFS\n');
  });

  it('serves the whole API, passes its health check, and exits with 0 on SIGTERM', async () => {
    const database = await createScratchDatabase();
    const service = await startInContainer({ AGNO_PG_DSN: database.dsn });
    const [kind, ...healthcheck] = RUN_CONFIG.Healthcheck.Test;
    const health = () => runInContainer(healthcheck, { AGNO_SERVICE_PORT: String(service.port) }).status;
    expect(kind).toBe('CMD');
    expect(health()).toBe(0);
    const smoke = spawnSync(join(CHECKOUT, 'scripts/test-session-api.sh'), [service.baseUrl], { encoding: 'utf8' });
    expect(smoke.status, smoke.stdout + smoke.stderr + service.output()).toBe(0);
    expect(await service.stop()).toBe(0);
    expect(health()).toBe(1);
  });
});
