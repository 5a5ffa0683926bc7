import { expect, it, onTestFinished } from 'vitest';
import { LAYOUT_NAMES, LAYOUT_TABLES, type LayoutName, openPools } from '../../support/layout-databases.js';
import { startPostgres } from '../../support/postgres.js';
import { RunWalks } from '../../support/run-walks.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { recordRace } from '../support/record-reliability.js';

/** A failing test is repeated with FAULTS_SEED. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const WALKS = Number(process.env['CURSOR_WALKS'] ?? 1_000);

it(`${WALKS} walks of runs by cursor show each unchanged run once, in order, while others change`, {
  timeout: scaled(WALKS * 1_000),
}, async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const dsns = new Map<LayoutName, string>();
  for (const layout of LAYOUT_NAMES) dsns.set(layout, await postgres.createDatabase(layout));
  const pools = openPools((layout) => dsns.get(layout) ?? '');
  for (const layout of LAYOUT_NAMES) await pools[layout].query(LAYOUT_TABLES[layout]);
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(Object.fromEntries(dsns)) });
  onTestFinished(async () => void (await service.stop()));
  const walks = new RunWalks(new SeededRandom(SEED), pools, service.baseUrl);
  await walks.run(WALKS);
  const { mistakes, pages, changes } = walks.report;
  process.stdout.write(`${WALKS} walks of runs: ${pages} pages, ${changes} changes, ${mistakes.length} mistakes\n`);
  expect(mistakes.slice(0, 3)).toEqual([]);
  recordRace('runs walked by cursor while others change them', pages + changes, 'each unchanged run once, in order');
});
