import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';
import { CHART, helm, helmTemplate, VALUE_SETS } from './helm.js';

describe.each(Object.entries(VALUE_SETS))('chart with the values %s', (_, file) => {
  it('passes helm lint --strict', () => {
    const { succeeded, stdout, stderr } = helm('lint', '--strict', CHART, '--values', file);
    expect(succeeded, stdout + stderr).toBe(true);
  });

  it('renders manifests that match the Kubernetes schemas', () => {
    const { stdout } = helmTemplate('--values', file);
    const {
      status,
      stdout: report,
      stderr,
    } = spawnSync('kubernetes-validate', ['--strict', '-'], { input: stdout, encoding: 'utf8' });
    expect(status, report + stderr).toBe(0);
  });
});

describe('chart', () => {
  it('passes helm lint --strict with its default values', () => {
    const { succeeded, stdout, stderr } = helm('lint', '--strict', CHART);
    expect(succeeded, stdout + stderr).toBe(true);
  });

  it('installs the service version that package.json names', () => {
    const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
    expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')).appVersion).toBe(version);
  });

  it('renders the same manifests when packaged, so that it depends on no file outside its folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agno-chart-'));
    try {
      expect(helm('package', CHART, '--destination', folder).succeeded).toBe(true);
      const [packed] = [join(folder, 'agno-session-0.1.0.tgz')];
      const options = ['--values', VALUE_SETS['autoscaled-and-monitored'] ?? ''];
      expect(helm('template', 'agno-session', packed, ...options).stdout).toBe(helmTemplate(...options).stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('documents all values in an up-to-date table of its README', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agno-chart-'));
    try {
      cpSync(join(CHART, 'README.md'), join(folder, 'README.md'));
      const args = ['--values', join(CHART, 'values.yaml'), '--readme', join(folder, 'README.md')];
      const { status, stdout, stderr } = spawnSync('readme-generator', args, { encoding: 'utf8' });
      expect(status, stdout + stderr).toBe(0);
      expect(readFileSync(join(CHART, 'README.md'), 'utf8')).toBe(readFileSync(join(folder, 'README.md'), 'utf8'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
