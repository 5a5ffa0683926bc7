import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { LAYOUT_NAMES, LAYOUT_TABLES, type LayoutName } from '../../support/layout-databases.js';
import { MessageWalks } from '../../support/message-walks.js';
import { startPostgres } from '../../support/postgres.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { recordRace } from '../support/record-reliability.js';

/** A failing test is repeated with FAULTS_SEED. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const WALKS = Number(process.env['CURSOR_WALKS'] ?? 1_000);

it(`${WALKS} walks of messages by cursor show each message once, in order, while runs are added and grow`, {
  timeout: scaled(WALKS * 1_000),
}, async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const dsns: Record<string, string> = {};
  const pools: Partial<Record<LayoutName, pg.Pool>> = {};
  for (const layout of LAYOUT_NAMES) {
    const dsn = await postgres.createDatabase(layout);
    const pool = new pg.Pool({ connectionString: dsn, max: 3 });
    onTestFinished(() => pool.end());
    await pool.query(LAYOUT_TABLES[layout]);
    dsns[layout] = dsn;
    pools[layout] = pool;
  }
  const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns) });
  onTestFinished(async () => void (await service.stop()));
  const walks = new MessageWalks(new SeededRandom(SEED), pools as Record<LayoutName, pg.Pool>, service.baseUrl);
  await walks.run(WALKS);
  const { mistakes, pages, changes } = walks.report;
  process.stdout.write(`${WALKS} walks of messages: ${pages} pages, ${changes} changes, ${mistakes.length} mistakes\n`);
  expect(mistakes.slice(0, 3)).toEqual([]);
  recordRace('messages walked by cursor while runs are added and grow', pages + changes, 'each message once, in order');
});
