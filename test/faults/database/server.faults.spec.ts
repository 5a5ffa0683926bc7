import { afterAll, beforeAll, describe, it } from 'vitest';
import { Scenario } from '../support/scenario.js';
import { underFault } from '../support/under-fault.js';

describe('the database server', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
  });
  afterAll(() => scenario.stop());

  it('is killed and started again', { tags: 'quick' }, async () => {
    await underFault(scenario, {
      name: 'PostgreSQL killed (-9), started again after 3 s',
      strike: () => scenario.sick.kill(),
      lastsMs: 3_000,
      heal: () => scenario.sick.restart(),
    });
  });
});
