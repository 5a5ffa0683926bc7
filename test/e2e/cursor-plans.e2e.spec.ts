import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListSessions } from '../../libs/contract/src/index.js';
import { StatementCache } from '../../libs/storage/src/layout.js';
import { countSessions, listPage } from '../../libs/storage/src/sql/list-sessions.sql.js';
import { whereClause } from '../../libs/storage/src/sql/session-filter.js';
import { qualifiedTables } from '../../libs/storage/src/table-names.js';
import { V2_TABLES } from '../support/agno-tables.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT } from '../support/session-service.js';
import { V3_LAYOUT } from '../support/v3-layout.js';

const ROWS = 20_000;
const LIMIT = 21;

/** The parts of a plan in EXPLAIN's JSON format that tell which rows were read. */
interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

const ORDERS = ['created_at', 'updated_at'].flatMap((sortBy) =>
  [true, false].map((descending) => ({ sortBy, descending })),
);

const STARTS = [
  { name: 'the first page', start: 'first', position: [] },
  { name: 'a page in the middle', start: 'after-value', position: ['s-5000', '5000'] },
  { name: 'a page among the sessions without a time', start: 'after-null', position: ['s-10'] },
] as const;

describe('the statement of a page with a cursor', () => {
  let database: ScratchDatabase;
  let client: pg.Client;
  let statements: StatementCache;

  beforeAll(async () => {
    database = await createScratchDatabase();
    client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    await database.sql(`${V2_TABLES} ALTER TABLE ai.agno_sessions ALTER COLUMN created_at DROP NOT NULL;
      INSERT INTO ai.agno_sessions (session_id, session_type, user_id, metadata, created_at)
      SELECT 's-' || i, 'agent', 'u' || i % 97, jsonb_build_object('ticket', i, 'kind', i % 2), CASE WHEN i % 100 > 0 THEN i / 2 END
      FROM generate_series(1, ${ROWS}) i`);
    await promisify(execFile)(
      process.execPath,
      [resolve(CHECKOUT, 'dist/apps/session-service/src/indexes.js'), '--apply'],
      { env: { AGNO_PG_DSN: database.dsn } },
    );
    await database.sql('ANALYZE ai.agno_sessions');
    const columns = await database.sql<{ name: string; type: string }>(
      "SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = 'ai.agno_sessions'::regclass AND attnum > 0",
    );
    statements = new StatementCache(
      qualifiedTables({ schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' }),
      {
        ...V3_LAYOUT,
        hasRunsColumn: true,
        hasRunsTable: false,
        columns: new Map(columns.map(({ name, type }) => [name, type])),
        hasMetadataIndex: true,
      },
    );
  });

  afterAll(() => client.end());

  /** The nodes of the executed plan that read the sessions table. */
  async function scans(sql: string, values: readonly unknown[], mode: 'force_custom_plan' | 'force_generic_plan') {
    const parameters = values.map((value) => pg.escapeLiteral(String(value))).join(', ');
    await client.query(`SET plan_cache_mode = ${mode}; DEALLOCATE ALL; PREPARE page AS ${sql}`);
    const explained = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page (${parameters})`);
    const root: Plan | undefined = explained.rows[0]?.['QUERY PLAN'][0].Plan;
    return nodesOf(root).filter(
      (node) => /Scan/.test(node['Node Type']) && !/Subquery|Function|Result/.test(node['Node Type']),
    );
  }

  for (const order of ORDERS)
    for (const { name, start, position } of STARTS)
      for (const owner of [undefined, 'u1'])
        for (const mode of ['force_custom_plan', 'force_generic_plan'] as const)
          it(`reads only the rows of ${name} from an index: ${JSON.stringify({ ...order, owner, mode })}`, async () => {
            const condition = whereClause(owner, {});
            const sql = listPage(condition, order, 'all', start)(statements);
            const read = await scans(sql, [...condition.values, LIMIT, ...position], mode);
            const indexes = read.map((node) => node['Index Name'] ?? node['Node Type']);
            const own = indexes.filter((index) => /^agno_session_service|^Bitmap Heap Scan$/.test(index));
            expect(indexes).toEqual(own);
            const rows = read.map((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
            expect(Math.max(...rows)).toBeLessThanOrEqual(LIMIT + 1);
          });

  it.each(['first', undefined] as const)(
    'finds the sessions of a rare value of metadata by its index (start: %s)',
    async (start) => {
      const { filter } = parseListSessions('metadata.ticket=4711&created_after=1');
      const condition = whereClause(undefined, { filter });
      const order = { sortBy: 'created_at', descending: true };
      const page = listPage(condition, order, 'all', start)(statements);
      const limits = start === undefined ? [LIMIT, 0] : [LIMIT];
      for (const [sql, values] of [
        [page, [...condition.values, ...limits]],
        [countSessions(condition)(statements), condition.values],
      ] as const) {
        const read = await scans(sql, values, 'force_custom_plan');
        expect(read.map((node) => node['Index Name'])).toContain('agno_session_service_agno_sessions_by_metadata');
        expect(Math.max(...read.map((node) => node['Actual Rows']))).toBeLessThanOrEqual(1);
      }
    },
  );

  // PostgreSQL takes a value that is in its statistics for one of a hundredth of the table.
  it('reads a rare value of metadata by its index although the statistics contain it', async () => {
    const [bound] = await database.sql<{ ticket: string }>(
      `SELECT (histogram_bounds::text::text[])[50]::jsonb->>'ticket' AS ticket FROM pg_stats
        WHERE tablename = 'agno_sessions' AND attname = 'metadata'`,
    );
    const condition = whereClause(undefined, parseListSessions(`metadata.ticket=${bound?.ticket}`));
    const order = { sortBy: 'created_at', descending: true };
    const sql = listPage(condition, order, 'all', 'first')(statements);
    const read = await scans(sql, [...condition.values, LIMIT], 'force_custom_plan');
    expect(read.map((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0))).toEqual(
      read.map(() => expect.toSatisfy((rows: number) => rows <= 1)),
    );
  });

  it.each([
    ['few matches', 'metadata.kind=1&created_before=999'],
    ['many matches', 'metadata.kind=1'],
  ])('lists the same page of %s with and without the index', async (_, query) => {
    const order = { sortBy: 'created_at', descending: false };
    const condition = whereClause(undefined, parseListSessions(query));
    const without = new StatementCache(statements.tables, { ...statements.layout, hasMetadataIndex: false });
    const pages = await Promise.all(
      [statements, without].map(async (cache) => {
        const page = await client.query(listPage(condition, order, 'all', 'after-value')(cache), [
          ...condition.values,
          ...[LIMIT, 's-500', '500'],
        ]);
        return page.rows.map(({ session_id }) => session_id);
      }),
    );
    expect(pages[0]).toHaveLength(LIMIT);
    expect(pages[0]).toEqual(pages[1]);
  });
});

function nodesOf(plan: Plan | undefined): Plan[] {
  return plan === undefined ? [] : [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
