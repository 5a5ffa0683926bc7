import { expect, it, onTestFinished } from 'vitest';
import { createLayoutDatabases, openPools } from '../support/layout-databases.js';
import { MessageWalks } from '../support/message-walks.js';
import { SeededRandom } from '../support/seeded-random.js';
import { startSessionService } from '../support/session-service.js';

/** `make faults` runs 1,000 walks. */
const WALKS = 60;

it(`${WALKS} walks of messages by cursor show each message once, in order, while runs are added and grow`, async () => {
  const databases = await createLayoutDatabases();
  const pools = openPools((layout) => databases[layout].dsn);
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  onTestFinished(async () => void (await service.stop()));
  const walks = new MessageWalks(new SeededRandom(1), pools, service.baseUrl);
  await walks.run(WALKS);
  expect(walks.report.mistakes.slice(0, 3)).toEqual([]);
  expect(walks.report.changes).toBeGreaterThan(WALKS);
});
