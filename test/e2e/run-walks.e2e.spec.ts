import { expect, it, onTestFinished } from 'vitest';
import { createLayoutDatabases, openPools } from '../support/layout-databases.js';
import { RunWalks } from '../support/run-walks.js';
import { SeededRandom } from '../support/seeded-random.js';
import { startSessionService } from '../support/session-service.js';

/** `make faults` runs 1,000 walks. */
const WALKS = 80;

it(`${WALKS} walks of runs by cursor show each unchanged run once, in order, while others change`, async () => {
  const databases = await createLayoutDatabases();
  const pools = openPools((layout) => databases[layout].dsn);
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  onTestFinished(async () => void (await service.stop()));
  const walks = new RunWalks(new SeededRandom(1), pools, service.baseUrl);
  await walks.run(WALKS);
  expect(walks.report.mistakes.slice(0, 3)).toEqual([]);
  expect(walks.report.changes).toBeGreaterThan(WALKS);
});
