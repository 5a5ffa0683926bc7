import {
  BufferedRows,
  type Database,
  Deadline,
  isLayoutChange,
  namedStatement,
  RequestCoalescer,
  type Rows,
  readRows,
  type SqlValue,
  type Statement,
  type TableNames,
  type WorkLimits,
} from '@session-service/database';
import { createTables } from './sql/schema.sql.js';
import { containsNul } from './sql/session-filter.js';
import { qualifiedTables, quoteLiteral, type Tables, tableExists } from './table-names.js';

/**
 * How a database stores its sessions, detected at run time (ADR 3). agno 2.x keeps runs in a column, agno 3.x in a table; a
 * 2.x database that 3.x has upgraded has both.
 */
interface Layout {
  readonly hasSessions: boolean;
  readonly hasRunsColumn: boolean;
  readonly hasRunsTable: boolean;
  /** The existing tables whose rows are deleted with their session. */
  readonly cascade: readonly CascadeTable[];
  /** The server has `pg_current_snapshot`: PostgreSQL 13 or later, not every compatible server. */
  readonly hasSnapshots: boolean;
  /** Columns of the sessions table: the valid values of `sort_by`. */
  readonly columns: ReadonlySet<string>;
}

type CascadeTable = 'transcripts' | 'compactions' | 'toolResults' | 'payloads';

export const CASCADE_TABLES: readonly CascadeTable[] = ['transcripts', 'compactions', 'toolResults', 'payloads'];

/** How the rows of a statement are decoded. */
type StatementOptions = Omit<Statement, 'name' | 'text'>;

/** The SQL statements of one database for one layout; each is built once. */
export class StatementCache {
  private readonly statements = new Map<string, Statement>();

  constructor(
    readonly tables: Tables,
    readonly layout: Layout,
  ) {}

  /** The statement with this key, built on first use. Within a layout, one key always stands for the same SQL. */
  get(key: string, build: (statements: StatementCache) => string, options: StatementOptions = {}): Statement {
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = { ...namedStatement(key, build(this)), ...options };
      this.statements.set(key, statement);
    }
    return statement;
  }
}

/** A statement whose SQL depends on the layout, and how its rows are read. */
export interface LayoutStatement {
  /** See `StatementCache.get`. */
  readonly key: string;
  readonly build: (statements: StatementCache) => string;
  readonly options?: StatementOptions;
  /** Reads from the primary, to see the request's own change. */
  readonly onPrimary?: boolean;
  /** See `ReadRowsOptions`, like `isLarge`. */
  readonly willRewind?: boolean;
  readonly isLarge?: boolean;
}

/** A row that reports an upgrade of the database. */
export interface LayoutCheckedRow {
  /** True when a runs table was created after the layout was read. Absent if the layout has one. */
  readonly upgraded?: 't' | 'f';
}

/** The tables have changed since the layout was read: the statement has to be built and run again. */
export class LayoutOutdated extends Error {}

/** Returns the rows, unless the first one reports that the layout they were read with is outdated. */
export function assertLayoutCurrent<Row extends LayoutCheckedRow>(rows: Rows<Row>): Rows<Row> {
  if (rows.peek()?.upgraded !== 't') return rows;
  rows.close();
  throw new LayoutOutdated();
}

/**
 * Detects how one database stores its sessions, and when that changes: an upgrade from 2.x to 3.x, a dropped column or table,
 * tables created by AgentOS. The statements themselves report it, so no restart and no polling is needed (ADR 3).
 */
export class LayoutDetector {
  private readonly tables: Tables;
  private cached: StatementCache | undefined;
  private readonly coalescer = new RequestCoalescer<StatementCache>();

  constructor(
    private readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.tables = qualifiedTables(names);
  }

  /**
   * Reads the rows of a statement, from a replica if possible, and a second time if the layout turns out to have changed.
   * No rows if there are no tables yet, or if a parameter contains NUL.
   */
  async select<Row extends LayoutCheckedRow>(
    limits: WorkLimits,
    statement: LayoutStatement,
    values: readonly SqlValue[],
    isRetry = false,
  ): Promise<Rows<Row>> {
    if (values.some(containsNul)) return new BufferedRows([]);
    try {
      const statements = this.cached ?? (await this.detect());
      if (!statements.layout.hasSessions) return new BufferedRows([]);
      const sql = statements.get(statement.key, statement.build, statement.options);
      const reader = statement.onPrimary ? this.database : await this.database.reader(limits.deadline);
      return assertLayoutCurrent(await readRows<Row>(reader, sql, values, limits, statement));
    } catch (error) {
      if (isRetry) throw error;
      this.forgetIfOutdated(error);
      return this.select(limits, statement, values, true);
    }
  }

  /** Runs `work` with the statements for the current layout, and a second time if the layout turns out to have changed. */
  async withLayout<T>(work: (statements: StatementCache) => Promise<T>): Promise<T> {
    try {
      return await work(this.cached ?? (await this.detect()));
    } catch (error) {
      this.forgetIfOutdated(error);
      return work(await this.detect());
    }
  }

  /** As `withLayout`, for inserts: creates the tables of an empty database first. */
  async withTables<T>(deadline: Deadline, work: (statements: StatementCache) => Promise<T>): Promise<T> {
    return this.withLayout(async (statements) => {
      if (statements.layout.hasSessions) return work(statements);
      await this.createTables(deadline);
      return work(await this.detect());
    });
  }

  /** Creates the tables that agno 3.1.10 would create; existing tables are left as they are. */
  private async createTables(deadline: Deadline): Promise<void> {
    const now = `${new Date().toISOString().slice(0, -1)}000`;
    await this.database.transaction(deadline, async (run) => {
      for (const sql of createTables(this.names, this.tables, now)) await run({ name: '', text: sql }, []);
    });
  }

  /** Rethrows the error unless a change of the layout explains it. */
  private forgetIfOutdated(error: unknown): void {
    if (!(error instanceof LayoutOutdated) && !isLayoutChange(error)) throw error;
    this.cached = undefined;
  }

  /**
   * Reads the layout. Concurrent requests share a read that starts after the last of them asked, because another process may
   * have created the tables meanwhile. The read is not bound to the deadline of any of them.
   */
  private async detect(): Promise<StatementCache> {
    const statements = await this.coalescer.run('layout', new Deadline(), async (deadline) => {
      return new StatementCache(this.tables, await readLayout(this.database, this.tables, deadline));
    });
    // The layout of an empty database is not cached: AgentOS may create its tables at any moment.
    if (statements.layout.hasSessions) this.cached = statements;
    return statements;
  }
}

interface LayoutRow extends Record<CascadeTable, 't' | 'f'> {
  readonly columns: string;
  readonly runs_table: 't' | 'f';
  readonly snapshots: 't' | 'f';
}

/** Time limit for the catalogue query. */
const LAYOUT_TIMEOUT_MS = 5_000;

/** Reads the layout from the catalogue with one statement that touches no table. */
async function readLayout(database: Database, tables: Tables, deadline: Deadline): Promise<Layout> {
  const [row] = await database.queryWithin<LayoutRow>(LAYOUT_TIMEOUT_MS, layoutStatement(tables), [], deadline);
  const columns = new Set(JSON.parse(row?.columns ?? '[]') as string[]);
  return {
    hasSessions: columns.size > 0,
    hasRunsColumn: columns.has('runs'),
    hasRunsTable: row?.runs_table === 't',
    hasSnapshots: row?.snapshots === 't',
    cascade: CASCADE_TABLES.filter((table) => row?.[table] === 't'),
    columns,
  };
}

function layoutStatement(tables: Tables): Statement {
  const cascade = CASCADE_TABLES.map((table) => `${tableExists(tables[table])} AS "${table}"`);
  return namedStatement(
    'layout',
    `SELECT ${tableExists(tables.runs)} AS runs_table, to_regproc('pg_current_snapshot') IS NOT NULL AS snapshots, ${cascade.join(', ')},
      (SELECT coalesce(json_agg(attname), '[]') FROM pg_attribute
        WHERE attrelid = to_regclass(${quoteLiteral(tables.sessions)}) AND attnum > 0 AND NOT attisdropped) AS columns`,
  );
}
