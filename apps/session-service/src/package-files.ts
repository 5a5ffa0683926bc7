import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

/** The nearest package.json of a parent folder, which is the same file for sources and build. */
const PACKAGE = findPackageJSON(import.meta.url);

/** Folder of the built explorer, which `vite build` fills. */
export const EXPLORER_FOLDER = join(PACKAGE === undefined ? '.' : dirname(PACKAGE), 'dist/explorer');

export function isExplorerBuilt(): boolean {
  return existsSync(join(EXPLORER_FOLDER, 'index.html'));
}

/** The version in package.json. */
export function serviceVersion(): string {
  const { version } = JSON.parse(PACKAGE === undefined ? '{}' : readFileSync(PACKAGE, 'utf8')) as { version?: string };
  return version ?? 'unknown';
}
