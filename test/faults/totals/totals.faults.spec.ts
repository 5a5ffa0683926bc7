import { expect, it, onTestFinished } from 'vitest';
import { SeededRandom } from '../../support/seeded-random.js';
import { startSessionService } from '../../support/session-service.js';
import { TotalsCheck } from './check-totals.js';
import { CheckedDatabases } from './checked-databases.js';

/** `make totals-check` runs 10,000 steps. */
const STEPS = Number(process.env['TOTALS_STEPS'] ?? 300);
const SEED = Number(process.env['TOTALS_SEED'] ?? 1);
/** Time limit in milliseconds of one step, on average. */
const STEP_MS = 400;

it(`lists, names and totals match the tables throughout ${STEPS} random steps`, {
  timeout: 240_000 + STEPS * STEP_MS,
}, async () => {
  const databases = await CheckedDatabases.start();
  onTestFinished(() => databases.stop());
  const service = await startSessionService({ LOG_LEVEL: 'fatal', ...databases.environment });
  onTestFinished(async () => void (await service.stop()));
  const check = new TotalsCheck(new SeededRandom(SEED), databases.all, service.baseUrl);
  await check.run(STEPS);
  const { differences, lists, crashes } = check.report;
  process.stdout.write(`${STEPS} steps: ${lists} lists, ${crashes} crashes, ${differences.length} differences\n`);
  expect(differences.slice(0, 5)).toEqual([]);
  if (STEPS >= 10_000) expect(crashes).toBeGreaterThanOrEqual(30);
});
