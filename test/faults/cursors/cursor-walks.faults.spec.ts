import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { CursorWalks, WALKED_TABLES } from '../../support/cursor-walks.js';
import { startPostgres } from '../../support/postgres.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { recordRace } from '../support/record-reliability.js';

/** A failing test is repeated with FAULTS_SEED. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const WALKS = Number(process.env['CURSOR_WALKS'] ?? 1_000);

it(`${WALKS} walks by cursor show each unchanged session once, in order, while others change`, {
  timeout: scaled(WALKS * 1_000),
}, async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const dsns: Record<string, string> = {};
  const pools = new Map<string, pg.Pool>();
  for (const [id, tables] of Object.entries(WALKED_TABLES)) {
    const dsn = await postgres.createDatabase(id);
    const pool = new pg.Pool({ connectionString: dsn, max: 3 });
    onTestFinished(() => pool.end());
    await pool.query(tables);
    dsns[id] = dsn;
    pools.set(id, pool);
  }
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns) });
  onTestFinished(async () => void (await service.stop()));
  const walks = new CursorWalks(new SeededRandom(SEED), pools, service.baseUrl);
  await walks.run(WALKS);
  const { mistakes, pages, changes } = walks.report;
  process.stdout.write(`${WALKS} walks: ${pages} pages, ${changes} changes, ${mistakes.length} mistakes\n`);
  expect(mistakes.slice(0, 3)).toEqual([]);
  recordRace(
    'lists walked by cursor while others change them',
    pages + changes,
    'each unchanged session once, in order',
  );
});
