import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A package of the lockfile: one place in node_modules. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX, as the package's own manifest says. */
  readonly license: string | undefined;
  readonly integrity: string | undefined;
  /** Where it was fetched from; never written here. */
  readonly resolved: string | undefined;
  /** Part of the image: `npm ci --omit=dev --omit=optional` installs it. */
  readonly isShipped: boolean;
  readonly hasInstallScript: boolean;
}

interface LockEntry {
  readonly name?: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Every package that the lockfile pins, the project itself left out. */
export function lockedPackages(): readonly LockedPackage[] {
  const text = readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockEntry>> };
  return Object.entries(packages).flatMap(([path, entry]) => (path === '' ? [] : [packageAt(path, entry)]));
}

function packageAt(path: string, entry: LockEntry): LockedPackage {
  const { version, license, integrity, resolved, hasInstallScript = false } = entry;
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const isShipped = !(entry.dev || entry.optional || entry.devOptional);
  return { name, version, license, integrity, resolved, isShipped, hasInstallScript };
}
