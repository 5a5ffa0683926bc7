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
 * The tables and columns in which a database stores its sessions, detected at run time (ADR 3). agno 2.x keeps runs in
 * a column, agno 3.x in a table; a 2.x database that 3.x has upgraded has both.
 */
interface Layout {
  readonly hasSessions: boolean;
  readonly hasRunsColumn: boolean;
  readonly hasRunsTable: boolean;
  /** The existing tables whose rows are deleted with their session. */
  readonly cascade: readonly CascadeTable[];
  /** True if an unchanged snapshot means unchanged rows: see `canCacheCounts`. */
  readonly canCacheCounts: boolean;
  /** Columns of the sessions table: the valid values of `sort_by`. */
  readonly columns: ReadonlySet<string>;
}

type CascadeTable = 'transcripts' | 'compactions' | 'toolResults' | 'payloads';

export const CASCADE_TABLES: readonly CascadeTable[] = ['transcripts', 'compactions', 'toolResults', 'payloads'];

/** Options for decoding the rows of a statement. */
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

/** A statement whose SQL depends on the layout, with options for reading its rows. */
export interface LayoutStatement {
  /** See `StatementCache.get`. */
  readonly key: string;
  readonly build: (statements: StatementCache) => string;
  readonly options?: StatementOptions;
  /** Reads from the primary, to see the request's own change. */
  readonly onPrimary?: boolean;
  /** `willRewind` and `isLarge`: see `ReadRowsOptions`. */
  readonly willRewind?: boolean;
  readonly isLarge?: boolean;
}

/** A row that tells whether the database has been upgraded. */
export interface LayoutCheckedRow {
  /** True when a runs table was created after the layout was read. Absent if the layout has one. */
  readonly upgraded?: 't' | 'f';
}

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

/**
 * Detects the layout of one database, and every change of it: an upgrade from 2.x to 3.x, a dropped column or table,
 * tables created by AgentOS. Statements report a change themselves, so no restart and no polling is needed (ADR 3).
 */
export class LayoutDetector {
  private readonly tables: Tables;
  private cached: StatementCache | undefined;
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
   * Returns no rows if there are no tables yet, or if a parameter contains NUL.
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

  /** Runs `work` with the statements for the current layout; runs it again if the layout turns out to have changed. */
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
      // One request creates the tables; the others wait for it without a connection.
      return work(await this.creations.run('tables', deadline, (shared) => this.createTables(shared)));
    });
  }

  /** Lets the next statement read the layout again. */
  forget(): void {
    this.cached = undefined;
  }

  /** Creates the tables that agno 3.1.10 would create; existing tables are left as they are. */
  private async createTables(deadline: Deadline): Promise<StatementCache> {
    const current = this.cached ?? (await this.detect());
    if (current.layout.hasSessions) return current;
    const now = `${new Date().toISOString().slice(0, -1)}000`;
    await this.database.transaction(deadline, async (run) => {
      for (const sql of createTables(this.names, this.tables, now)) await run({ name: '', text: sql }, []);
    });
    return this.detect();
  }

  /** Forgets the layout if a change of it explains the error, else rethrows the error. */
  private forgetIfOutdated(error: unknown): void {
    if (!(error instanceof LayoutOutdated) && !isLayoutChange(error)) throw error;
    this.forget();
  }

  /**
   * Reads the layout. Concurrent requests share a read that starts after the last of these requests, because another
   * process may have created the tables meanwhile. The deadlines of the requests do not apply to the shared read.
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
  readonly cacheable: 't' | 'f';
}

/** Time limit in milliseconds for the catalogue query. */
const LAYOUT_TIMEOUT_MS = 5_000;

/** Reads the layout from the catalogue with one statement that touches no table. */
async function readLayout(database: Database, tables: Tables, deadline: Deadline): Promise<Layout> {
  const [row] = await database.queryWithin<LayoutRow>(LAYOUT_TIMEOUT_MS, layoutStatement(tables), [], deadline);
  const columns = new Set(JSON.parse(row?.columns ?? '[]') as string[]);
  return {
    hasSessions: columns.size > 0,
    hasRunsColumn: columns.has('runs'),
    hasRunsTable: row?.runs_table === 't',
    canCacheCounts: row?.cacheable === 't',
    cascade: CASCADE_TABLES.filter((table) => row?.[table] === 't'),
    columns,
  };
}

function layoutStatement(tables: Tables): Statement {
  const cascade = CASCADE_TABLES.map((table) => `${tableExists(tables[table])} AS "${table}"`);
  return namedStatement(
    'layout',
    `SELECT ${tableExists(tables.runs)} AS runs_table, ${canCacheCounts(tables.sessions)} AS cacheable, ${cascade.join(', ')},
      (SELECT coalesce(json_agg(attname), '[]') FROM pg_attribute
        WHERE attrelid = to_regclass(${quoteLiteral(tables.sessions)}) AND attnum > 0 AND NOT attisdropped) AS columns`,
  );
}

/**
 * An SQL expression that is true if the snapshots of this server tell of every change of the table: PostgreSQL 13 or later
 * itself, and a table that stores all of its rows. Rows of views, foreign partitions and distributed tables can change
 * elsewhere, and those that row security shows can depend on anything.
 */
function canCacheCounts(table: string): string {
  return `EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass(${quoteLiteral(table)}) AND relkind = 'r' AND NOT relhasrules
      AND NOT relrowsecurity AND relam = (SELECT oid FROM pg_am WHERE amname = 'heap')
      AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)
      AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
      AND version() LIKE 'PostgreSQL %' AND version() !~ '-YB-|Greenplum|Redshift|Cockroach'
      AND to_regprocedure('pg_current_snapshot()') IS NOT NULL
      AND has_function_privilege(to_regprocedure('pg_control_checkpoint()'), 'EXECUTE'))`;
}
