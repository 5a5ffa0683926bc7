import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { CursorWalks, WALKED_TABLES } from '../support/cursor-walks.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { SeededRandom } from '../support/seeded-random.js';
import { startSessionService } from '../support/session-service.js';

/** `make faults` runs 1,000 walks. */
const WALKS = 60;

it(`${WALKS} walks by cursor show each unchanged session once, in order, while others change`, async () => {
  const dsns: Record<string, string> = {};
  const pools = new Map<string, pg.Pool>();
  for (const [id, tables] of Object.entries(WALKED_TABLES)) {
    const database = await createScratchDatabase();
    await database.sql(tables);
    dsns[id] = database.dsn;
    const pool = new pg.Pool({ connectionString: database.dsn, max: 3 });
    onTestFinished(() => pool.end());
    pools.set(id, pool);
  }
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns) });
  onTestFinished(async () => void (await service.stop()));
  const walks = new CursorWalks(new SeededRandom(1), pools, service.baseUrl);
  await walks.run(WALKS);
  expect(walks.report.mistakes.slice(0, 3)).toEqual([]);
  expect(walks.report.changes).toBeGreaterThan(WALKS);
});
