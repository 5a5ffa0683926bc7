import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockedPackages } from '../../scripts/locked-packages.js';
import { CHECKOUT } from '../support/session-service.js';

const FILE = resolve(CHECKOUT, 'dist/sbom.cdx.json');

function write(): string {
  rmSync(FILE, { force: true });
  const args = ['--import', './test/support/run-typescript.ts', 'scripts/write-sbom.ts'];
  execFileSync(process.execPath, args, { cwd: CHECKOUT });
  return readFileSync(FILE, 'utf8');
}

interface Component {
  readonly purl: string;
  readonly hashes: readonly unknown[];
  readonly licenses: readonly unknown[];
}

describe('SBOM', () => {
  const text = write();
  const bom = JSON.parse(text) as { components: Component[]; dependencies: { ref: string; dependsOn: string[] }[] };

  it('is reproducible byte by byte', () => {
    expect(write()).toBe(text);
  });

  it('lists exactly the packages of the image, with digest and licence', () => {
    const shipped = lockedPackages().filter(({ isShipped }) => isShipped);
    const purls = shipped.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(new Set(bom.components.map(({ purl }) => purl))).toEqual(new Set(purls));
    for (const { hashes, licenses } of bom.components) expect([hashes.length, licenses.length]).toEqual([1, 1]);
  });

  it('contains only dependencies on listed packages', () => {
    const refs = new Set(bom.dependencies.map(({ ref }) => ref));
    for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
  });

  it('contains no information about the build machine', () => {
    expect(text).not.toContain(CHECKOUT);
    expect(text).not.toMatch(/registry|file:|timestamp/);
  });
});
