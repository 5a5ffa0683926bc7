import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunPosition } from '../../libs/contract/src/index.js';
import { StatementCache } from '../../libs/storage/src/layout.js';
import { type RunRange, readRuns } from '../../libs/storage/src/sql/read-runs.sql.js';
import { createTables } from '../../libs/storage/src/sql/schema.sql.js';
import { qualifiedTables } from '../../libs/storage/src/table-names.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { V3_LAYOUT } from '../support/v3-layout.js';

const RUNS = 3_000;
const LIMIT = 21;
/** A run of 24 KB occupies about 14 blocks of the TOAST table and its index; the runs of a page, fewer than these. */
const MAX_BLOCKS = 20 * LIMIT;
/** The blocks of the content of these runs, at least. Their versions are read without it. */
const CONTENT_BLOCKS = 3 * LIMIT;

/** The parts of a plan in EXPLAIN's JSON format that tell what was read. */
interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

const NAMES = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };

const at = (runIndex: string): RunPosition => ({
  layout: 'table',
  order: 'asc',
  key: [runIndex, '1500', 'run-1500'],
});

const STARTS: Readonly<Record<string, RunRange['start']>> = {
  'the first page': 'first',
  'a page in the middle': at('1500'),
  'the second page by number': { offset: 20n },
};

describe.each([
  ['each run has an index', 'i'],
  ['some runs have no index', 'CASE WHEN i % 3 > 0 THEN i END'],
])('the statement of a page of runs, where %s', (_name, index) => {
  let database: ScratchDatabase;
  let client: pg.Client;
  const tables = qualifiedTables(NAMES);
  const statements = new StatementCache(tables, V3_LAYOUT);

  beforeAll(async () => {
    database = await createScratchDatabase();
    client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    await database.sql(['CREATE SCHEMA ai', ...createTables(NAMES, tables, '2026-01-01')].join('; '));
    // The content is stored outside of the row, and is not compressed, which would take the test long.
    await database.sql(`ALTER TABLE ai.agno_runs ALTER COLUMN run_data SET STORAGE EXTERNAL;
      INSERT INTO ai.agno_sessions (session_id, session_type, created_at) SELECT 's' || i, 'agent', i FROM generate_series(1, 50) i;
      INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT 'run-' || i, 's1', 'agent', ${index}, jsonb_build_object('run_id', 'run-' || i, 'content', repeat('x', 24000)), i
      FROM generate_series(1, ${RUNS}) i;
      INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT 'other-' || i, 's' || 2 + i % 49, 'agent', i / 49, '{}', i FROM generate_series(1, 500) i`);
  });

  afterAll(() => client.end());

  /** The executed plan of the statement, with the blocks that the response was read from. */
  async function explain(range: RunRange, mode: string): Promise<{ plan: Plan; blocks: number }> {
    const [{ build }, values] = readRuns(['s1', null], range);
    const parameters = values.map((value) => (value === null ? 'NULL' : pg.escapeLiteral(String(value)))).join(', ');
    await client.query(`SET plan_cache_mode = ${mode}; DEALLOCATE ALL; PREPARE page AS ${build(statements)}`);
    const { rows } = await client.query(
      `EXPLAIN (ANALYZE, BUFFERS, SERIALIZE TEXT, FORMAT JSON) EXECUTE page (${parameters})`,
    );
    const { Plan: plan, Serialization: printed } = rows[0]['QUERY PLAN'][0];
    const blocksOf = (part: Plan) => part['Shared Hit Blocks'] + part['Shared Read Blocks'];
    return { plan, blocks: blocksOf(plan) + blocksOf(printed) };
  }

  describe.each(['without statistics', 'with statistics'])('%s', (name) => {
    beforeAll(async () => {
      if (name === 'with statistics') await database.sql('VACUUM ANALYZE ai.agno_runs, ai.agno_sessions');
    });

    for (const [page, start] of Object.entries(STARTS))
      for (const order of ['asc', 'desc'] as const)
        for (const mode of ['force_custom_plan', 'force_generic_plan'])
          it(`reads only the rows of ${page}: ${order}, ${mode}`, async () => {
            const range = {
              detail: 'whole',
              order,
              start,
              limit: BigInt(LIMIT),
              topLevel: false,
              versions: 'each',
            } as const;
            const { plan, blocks } = await explain({ ...range, parentRunId: undefined }, mode);
            expect(blocks, JSON.stringify(plan)).toBeLessThanOrEqual(MAX_BLOCKS);
            const versions = await explain({ ...range, detail: 'none', parentRunId: undefined }, mode);
            expect(versions.blocks, JSON.stringify(versions.plan)).toBeLessThanOrEqual(blocks - CONTENT_BLOCKS);
            if (name === 'without statistics') return;
            const rows = nodesOf(plan)
              .filter((node) => node['Relation Name'] === 'agno_runs' && node['Node Type'] === 'Index Scan')
              .map((node) => node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)));
            const ofPage = start === STARTS['the second page by number'] ? 2 * LIMIT : LIMIT;
            const ties = index === 'i' || order === 'asc' ? 0 : RUNS / 3;
            expect(rows.length, JSON.stringify(plan)).toBeGreaterThan(0);
            // One row more ends the last group of ties, and one is that of the position.
            expect(Math.max(...rows), JSON.stringify(plan)).toBeLessThanOrEqual(ofPage + ties + 2);
          });
  });
});

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
