import { beforeAll, describe, expect, inject, it } from 'vitest';
import { serverAt } from '../support/postgres.js';
import { CASES } from './cases/index.js';
import { LAYOUTS, ROUTES } from './harness/case.js';
import { Report } from './harness/report.js';
import { Suite } from './harness/suite.js';

const CHOSEN = {
  layouts: LAYOUTS,
  routes: ROUTES,
  only: '',
  against: 'service',
  record: false,
  extras: false,
} as const;

/** The contract cases against what a live AgentOS answered when they were recorded (`contract-record.sh`). */
describe('recorded contract', () => {
  const suite = new Suite(serverAt(inject('postgresDsn')), { ...CHOSEN, recorded: true }, CASES);

  beforeAll(() => suite.prepare());

  it.each(LAYOUTS)('%s', { timeout: 120_000 }, async (layout) => {
    const lines: string[] = [];
    const report = new Report((line) => lines.push(line));
    await suite.runLayout(layout, report);
    expect(lines.join('\n')).toBe('');
    expect(report.passed).toBeGreaterThan(0);
  });
});
