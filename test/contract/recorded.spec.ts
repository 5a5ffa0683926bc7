import { describe, expect, inject, it } from 'vitest';
import { databaseServerAt } from '../support/postgres.js';
import { scaled } from '../support/time-scale.js';
import { CASES } from './cases/index.js';
import { LAYOUTS, ROUTES } from './harness/contract-case.js';
import { Suite } from './harness/suite.js';
import { SuiteReport } from './harness/suite-report.js';
import { Templates } from './harness/templates.js';

const OPTIONS = {
  layouts: LAYOUTS,
  routes: ROUTES,
  only: '',
  against: 'service',
  behind: undefined,
  record: false,
  extras: false,
} as const;

/** Compares our service with the responses of a live AgentOS, recorded by `contract-record.sh`. */
describe('the recorded responses of AgentOS', () => {
  const options = { ...OPTIONS, recorded: true };
  const suite = new Suite(new Templates(databaseServerAt(inject('postgresDsn')), options), options, CASES);

  it.concurrent.each(LAYOUTS)(
    'are matched by the service on tables of the layout %s',
    { timeout: scaled(120_000) },
    async (layout) => {
      const lines: string[] = [];
      const report = new SuiteReport((line) => lines.push(line));
      await suite.runLayout(layout, report);
      expect(lines.join('\n')).toBe('');
      expect(report.passed).toBeGreaterThan(0);
    },
  );
});
