/**
 * Compiles libs/session-client into a folder, dist/session-client by default, that can be packed and published:
 * `npm run client`, or `node scripts/build-client.ts FOLDER`.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'libs/session-client');
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');

const folder = resolve(process.argv[2] ?? join(ROOT, 'dist/session-client'));
rmSync(folder, { recursive: true, force: true });
execFileSync(process.execPath, [COMPILER, '--project', SOURCES, '--outDir', folder], { stdio: 'inherit' });
for (const file of ['package.json', 'README.md']) copyFileSync(join(SOURCES, file), join(folder, file));
copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
