import { Logger } from '@nestjs/common';
import {
  BufferedRows,
  type Database,
  Deadline,
  isPermissionDenied,
  PermissionDenied,
  RequestCoalescer,
  type Rows,
  readRows,
  type SqlValue,
  sqlState,
  type TableNames,
  type WorkLimits,
} from '@session-service/database';
import { type Layout, type LayoutCheckedRow, type LayoutStatement, StatementCache } from './layout.js';
import { type LayoutRow, layoutStatement } from './sql/layout.sql.js';
import { createTables } from './sql/schema.sql.js';
import { containsNul, rejectedCharacter } from './sql/session-filter.js';
import { notePrimary } from './sql/session-version.sql.js';
import { type CascadeTable, qualifiedTables, type Tables } from './table-names.js';

/** The tables have changed since the layout was read, so the statement must be built and run again. */
export class LayoutOutdated extends Error {}

/** True if the database has been upgraded since the layout of the statement was read. */
export function isUpgraded(row: LayoutCheckedRow | undefined): boolean {
  return row?.upgraded === 't';
}

/** Returns the rows. @throws LayoutOutdated when the first row reports that the database has been upgraded */
export function assertLayoutCurrent<Row extends LayoutCheckedRow>(rows: Rows<Row>): Rows<Row> {
  if (!isUpgraded(rows.peek())) return rows;
  rows.close();
  throw new LayoutOutdated();
}

/** AgentOS creates the schema, three tables and their indexes in several transactions. */
const MAX_CREATION_ATTEMPTS = 5;

/** Age in milliseconds at which a layout is read again, in the background. */
const MAX_AGE_MS = 30_000;

/**
 * Detects the layout of one database, and every change of it: an upgrade from 2.x to 3.x, a dropped column or table,
 * tables created by AgentOS. Statements report changes that would make them return wrong data; other changes, such as
 * new columns and rights, are noticed after MAX_AGE_MS (ADR 3). No restart is needed.
 */
export class LayoutDetector {
  private readonly logger = new Logger(LayoutDetector.name);
  private readonly tables: Tables;
  private cached: StatementCache | undefined;
  /** The statements of the layout that was read last, even if it is outdated. */
  private latest: StatementCache | undefined;
  private refreshAt = 0;
  private readonly coalescer = new RequestCoalescer<StatementCache>();
  private readonly creations = new RequestCoalescer<StatementCache>();

  constructor(
    private readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.tables = qualifiedTables(names);
  }

  /**
   * Reads the rows of a statement, from a replica if possible; reads again if the layout turns out to have changed.
   * Returns no rows if there are no tables yet, if a parameter contains NUL, or if the database's encoding lacks a
   * character of the session's id or owner.
   *
   * @param values begins with `sessionParameters`
   */
  async select<Row extends LayoutCheckedRow>(
    limits: WorkLimits,
    statement: LayoutStatement,
    values: readonly SqlValue[],
    isRetry = false,
  ): Promise<Rows<Row>> {
    if (values.some(containsNul)) return new BufferedRows([]);
    try {
      const statements = this.current() ?? (await this.detect());
      if (!statements.layout.hasSessions) return new BufferedRows([]);
      const sql = statements.get(statement.key, statement.build, statement.options);
      const reader = statement.onPrimary ? this.database : await this.database.reader(limits.deadline);
      const rows = assertLayoutCurrent(await readRows<Row>(reader, sql, values, limits, statement));
      if (statement.isVersioned) notePrimary(rows.peek(), reader);
      return rows;
    } catch (error) {
      if (rejectedCharacter(error, values.slice(0, 2)) !== undefined) return new BufferedRows([]);
      if (isRetry) throw this.explained(error);
      this.forgetIfOutdated(error);
      return this.select(limits, statement, values, true);
    }
  }

  /** Runs `work` with the statements for the current layout; runs it again if the layout turns out to have changed. */
  async withLayout<T>(work: (statements: StatementCache) => Promise<T>): Promise<T> {
    try {
      return await work(this.current() ?? (await this.detect()));
    } catch (error) {
      this.forgetIfOutdated(error);
    }
    try {
      return await work(await this.detect());
    } catch (error) {
      throw this.explained(error);
    }
  }

  /** As `withLayout`, for inserts: creates missing tables first. @param hasRuns true if the insert contains runs */
  async withTables<T>(
    deadline: Deadline,
    hasRuns: boolean,
    work: (statements: StatementCache) => Promise<T>,
  ): Promise<T> {
    return this.withLayout(async (statements) => {
      if (hasRuns ? isComplete(statements.layout) : statements.layout.hasSessions) return work(statements);
      // One request creates the tables. The other requests wait for it without holding a connection.
      return work(await this.creations.run('tables', deadline, (shared) => this.createTables(shared)));
    });
  }

  /** Lets the next statement read the layout again. */
  forget(): void {
    this.cached = undefined;
  }

  /** Creates the tables that agno 3.1.10 would create; existing tables are left as they are. */
  private async createTables(deadline: Deadline): Promise<StatementCache> {
    const now = `${new Date().toISOString().slice(0, -1)}000`;
    for (let attempt = 1; ; attempt++) {
      const current = await this.detect();
      if (isComplete(current.layout)) return current;
      try {
        await this.database.transaction(deadline, async (run) => {
          for (const sql of createTables(this.names, this.tables, now)) await run({ name: '', text: sql }, []);
        });
        return await this.detect();
      } catch (error) {
        // AgentOS has just created a schema, table or index, each in a separate transaction.
        if (attempt === MAX_CREATION_ATTEMPTS || !isAlreadyCreated(error)) throw error;
      }
    }
  }

  /** The statements of the cached layout. Starts to read the layout again when it is old. */
  private current(): StatementCache | undefined {
    const { cached } = this;
    if (cached !== undefined && performance.now() >= this.refreshAt) {
      this.refreshAt = performance.now() + MAX_AGE_MS;
      void this.detect().catch(() => undefined);
    }
    return cached;
  }

  /** Forgets the layout if a change of it may explain the error, else rethrows the error. */
  private forgetIfOutdated(error: unknown): void {
    if (!(error instanceof LayoutOutdated) && !mayBeLayoutChange(error)) throw error;
    this.forget();
  }

  /** Adds the missing rights to PostgreSQL's error, which does not name them. */
  private explained(error: unknown): unknown {
    if (!isPermissionDenied(error)) return error;
    return new PermissionDenied(this.database.id, error, this.latest?.layout.missingRights);
  }

  /**
   * Reads the layout. Concurrent requests share a read that starts after the last of these requests, because another
   * process may have created the tables meanwhile. The deadlines of the requests do not apply to the shared read.
   */
  private async detect(): Promise<StatementCache> {
    const statements = await this.coalescer.run('layout', new Deadline(), async (deadline) => {
      const layout = await readLayout(this.database, this.names, this.tables, deadline);
      // Returns the same statements, so that their prepared versions are reused.
      if (this.latest?.layout.signature === layout.signature) return this.latest;
      if (layout.keepsResults) this.logger.warn(`Database '${this.database.id}': ${RESULTS_KEPT}`);
      return new StatementCache(this.tables, layout);
    });
    this.latest = statements;
    this.refreshAt = performance.now() + MAX_AGE_MS;
    // The layout of an empty database is not cached: AgentOS may create its tables at any moment.
    if (statements.layout.hasSessions) this.cached = statements;
    return statements;
  }
}

/** True if all parts of a session can be stored. */
function isComplete({ hasSessions, hasRunsColumn, hasRunsTable }: Layout): boolean {
  return hasSessions && (hasRunsColumn || hasRunsTable);
}

/**
 * True if a concurrent transaction has taken the name, which IF NOT EXISTS does not see. 23505: unique_violation in the
 * catalogue; 42P06, 42P07: duplicate schema, table.
 */
function isAlreadyCreated(error: unknown): boolean {
  return ['23505', '42P06', '42P07'].includes(sqlState(error) ?? '');
}

/** SQLSTATE class 42: a table, column, type or right differs from what the statement expects. 0A: the result differs. */
function mayBeLayoutChange(error: unknown): boolean {
  return /^(42|0A)/.test(sqlState(error) ?? '');
}

const RESULTS_KEPT =
  'tool results of deleted sessions are kept: the role may not delete from agno_tool_results or their payloads, or a column is missing';

/** Time limit in milliseconds for the catalogue query. */
const LAYOUT_TIMEOUT_MS = 5_000;

/** Reads the layout from the catalogue with one statement that touches no table. */
async function readLayout(database: Database, names: TableNames, tables: Tables, deadline: Deadline): Promise<Layout> {
  const statement = layoutStatement(names, tables);
  const [row] = await database.queryWithin<LayoutRow>(LAYOUT_TIMEOUT_MS, statement, [], deadline);
  const results = row?.tool_results === 't' && row.results_deletable === 't';
  const cascade: [CascadeTable, boolean][] = [
    ['transcripts', row?.transcripts === 't'],
    ['compactions', row?.compactions === 't'],
    ['toolResults', results],
    ['payloads', results && row.payloads === 't'],
  ];
  const columns = new Map(Object.entries(JSON.parse(row?.columns ?? '{}') as Record<string, string>));
  return {
    hasSessions: columns.size > 0,
    hasRunsColumn: columns.has('runs'),
    hasRunsTable: row?.runs_table === 't',
    canCacheCounts: row?.cacheable === 't',
    hasRowVersions: row?.versioned === 't',
    cascade: cascade.flatMap(([table, isUsable]) => (isUsable ? [table] : [])),
    keepsResults: row?.tool_results === 't' && !results,
    missingRights: row?.missing_rights ?? '',
    columns,
    indexedColumns: new Set(JSON.parse(row?.indexed_columns ?? '[]') as string[]),
    hasMetadataIndex: row?.metadata_index === 't',
    hasJsonText: [...columns.values()].includes('json'),
    signature: JSON.stringify(row),
  };
}
