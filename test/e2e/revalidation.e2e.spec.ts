import { expect, it, onTestFinished } from 'vitest';
import { REVALIDATED_TABLES, RevalidatedDatabase, RevalidationCheck } from '../support/revalidation-check.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { SeededRandom } from '../support/seeded-random.js';
import { startSessionService } from '../support/session-service.js';

/** `make faults` runs 2,000 steps, with crashes. */
const STEPS = 200;

it(`304 stands for the current response throughout ${STEPS} random changes`, async () => {
  const databases: RevalidatedDatabase[] = [];
  for (const [id, tables] of Object.entries(REVALIDATED_TABLES)) {
    const { dsn, sql } = await createScratchDatabase();
    await sql(tables);
    const database = new RevalidatedDatabase(id, dsn);
    onTestFinished(() => database.close());
    databases.push(database);
  }
  const dsns = Object.fromEntries(databases.map(({ id, dsn }) => [id, dsn]));
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns) });
  onTestFinished(async () => void (await service.stop()));
  const check = new RevalidationCheck(new SeededRandom(1), databases, service.baseUrl);
  await check.run(STEPS);
  const { mistakes, notModified, responses } = check.report;
  expect(mistakes.slice(0, 3)).toEqual([]);
  expect(notModified).toBeGreaterThan(responses / 10);
});
