import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockedPackages } from '../../scripts/locked-packages.js';
import { CHECKOUT } from '../support/session-service.js';

const FILE = resolve(CHECKOUT, 'dist/sbom.cdx.json');

function write(): string {
  rmSync(FILE, { force: true });
  const run = ['--import', './test/support/run-typescript.ts', 'scripts/write-sbom.ts'];
  execFileSync(process.execPath, run, { cwd: CHECKOUT });
  return readFileSync(FILE, 'utf8');
}

interface Component {
  readonly purl: string;
  readonly hashes: readonly unknown[];
  readonly licenses: readonly unknown[];
}

describe('the list of what is shipped', () => {
  const text = write();
  const bom = JSON.parse(text) as { components: Component[]; dependencies: { ref: string; dependsOn: string[] }[] };

  it('is the same bytes whenever it is made', () => {
    expect(write()).toBe(text);
  });

  it('names every package of the image with its digest and licence, and no other', () => {
    const shipped = lockedPackages().filter(({ isShipped }) => isShipped);
    const purls = shipped.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(new Set(bom.components.map(({ purl }) => purl))).toEqual(new Set(purls));
    for (const { hashes, licenses } of bom.components) expect([hashes.length, licenses.length]).toEqual([1, 1]);
  });

  it('says what needs what, within itself', () => {
    const refs = new Set(bom.dependencies.map(({ ref }) => ref));
    for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
  });

  it('tells nothing of the machine that made it', () => {
    expect(text).not.toContain(CHECKOUT);
    expect(text).not.toMatch(/registry|file:|timestamp/);
  });
});
