import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../support/session-service.js';

const USED_PROGRAMS = ['bash', 'dirname', 'cmp', 'rm', 'timeout', 'mktemp', 'cp', 'env'];

/** Runs a copy of the script with only the given programs in PATH. */
describe('deploy-test.sh', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'agno-deploy-test-'));
    mkdirSync(join(root, 'test/deploy'), { recursive: true });
    mkdirSync(join(root, 'bin'));
    for (const name of ['deploy-test.sh', 'requirements.txt'])
      cpSync(resolve(CHECKOUT, 'test/deploy', name), join(root, 'test/deploy', name));
    for (const name of USED_PROGRAMS) symlinkSync(programPath(name), join(root, 'bin', name));
    program('promtool', '');
    program('vitest', '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function program(name: string, script: string): void {
    const path = join(root, 'bin', name);
    writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(path, 0o755);
  }

  function run() {
    const options = { env: { PATH: join(root, 'bin') }, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(join(root, 'bin/bash'), [join(root, 'test/deploy/deploy-test.sh')], options);
    return { status, stderr };
  }

  const endsWithReason = (reason: string, remedy: string) => {
    const { status, stderr } = run();
    expect(stderr).toContain(`deploy-test.sh cannot run: ${reason}`);
    expect(stderr).toContain(remedy);
    expect(status).toBe(2);
  };

  it('names helm and Go, with a download link, when both are missing', () => {
    endsWithReason('neither helm nor Go is in PATH', 'https://helm.sh/docs/intro/install');
  });

  it('prints the reason when Go cannot build helm', () => {
    program('go', 'echo "go: no network" >&2; exit 1');
    endsWithReason('Go could not build helm', 'go: no network');
  });

  it('prints the reason when Python is missing', () => {
    program('helm', '');
    endsWithReason('python3 is not in PATH', 'Install Python 3');
  });

  it('prints the reason when Python cannot create a virtual environment', () => {
    program('helm', '');
    program('python3', 'exit 1');
    endsWithReason('python3 could not create a virtual environment', 'python3-venv');
  });

  it('prints the reason when the Python packages cannot be installed', () => {
    program('helm', '');
    program(
      'python3',
      'venv="$3"; /bin/mkdir -p "$venv/bin"; printf "#!/bin/sh\\nexit 1\\n" > "$venv/bin/pip"; /bin/chmod +x "$venv/bin/pip"',
    );
    endsWithReason('pip could not install', 'PIP_INDEX_URL');
  });

  it('prints the reason when the npm packages are not installed', () => {
    rmSync(join(root, 'bin/vitest'));
    endsWithReason('vitest is not installed', 'npm ci');
  });
});

function programPath(name: string): string {
  return spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
}
