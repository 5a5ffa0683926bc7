import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A package of the lockfile: one folder in node_modules. */
interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of the package's manifest. */
  readonly license: string | undefined;
  readonly integrity: string | undefined;
  /** URL of the tarball; .npmrc keeps it out of the lockfile. */
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

/** Every package that the lockfile pins, without the project itself. */
export function lockedPackages(): readonly LockedPackage[] {
  const lockfile = readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lockfile) as { packages: Readonly<Record<string, LockEntry>> };
  return Object.entries(packages).flatMap(([path, entry]) => (path === '' ? [] : [toPackage(path, entry)]));
}

function toPackage(path: string, entry: LockEntry): LockedPackage {
  const { version, license, integrity, resolved, hasInstallScript = false } = entry;
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const isShipped = !(entry.dev || entry.optional || entry.devOptional);
  return { name, version, license, integrity, resolved, isShipped, hasInstallScript };
}
