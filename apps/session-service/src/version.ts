import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version in package.json, which lies above both the sources and what is built of them. */
export function serviceVersion(): string {
  const file = findPackageJSON(import.meta.url);
  const { version } = JSON.parse(file === undefined ? '{}' : readFileSync(file, 'utf8')) as { version?: string };
  return version ?? 'unknown';
}
