import {
  type Database,
  Deadline,
  isLayoutChange,
  namedStatement,
  RequestCoalescer,
  type Rows,
  type Statement,
  type TableNames,
} from '@session-service/database';
import { createTables } from './sql/schema.sql.js';
import { qualifiedTables, quoteLiteral, type Tables, tableExists } from './table-names.js';

/**
 * How a database keeps its sessions, found out at run time:
 * v2 (agno 2.x) has runs in a column, v3 (agno 3.x) in a table, and a 2.x database that 3.x was started on has both.
 */
export interface Layout {
  readonly hasSessions: boolean;
  readonly hasRunsColumn: boolean;
  readonly hasRunsTable: boolean;
  /** Tables of the delete cascade that exist. */
  readonly cascade: readonly CascadeTable[];
  /** The server can name the snapshot that a statement sees (PostgreSQL 13, not all that speak its protocol). */
  readonly hasSnapshots: boolean;
  /** Columns of the sessions table: what `sort_by` may name. */
  readonly columns: ReadonlySet<string>;
}

export type CascadeTable = 'transcripts' | 'compactions' | 'toolResults' | 'payloads';

export const CASCADE_TABLES: readonly CascadeTable[] = ['transcripts', 'compactions', 'toolResults', 'payloads'];

interface LayoutRow extends Record<CascadeTable, 't' | 'f'> {
  readonly columns: string;
  readonly runs_table: 't' | 'f';
  readonly snapshots: 't' | 'f';
}

/** How long the catalogue may take, in milliseconds. */
const LAYOUT_TIMEOUT_MS = 5_000;

/** Reads the layout from the catalogue: one statement, no table is touched. */
export async function readLayout(database: Database, tables: Tables, deadline: Deadline): Promise<Layout> {
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

/** How the rows of a statement are read. */
export type StatementOptions = Omit<Statement, 'name' | 'text'>;

/** The SQL of one database in one layout: each text is built once. */
export class StatementCache {
  readonly tables: Tables;
  readonly layout: Layout;
  private readonly statements = new Map<string, Statement>();

  constructor(tables: Tables, layout: Layout) {
    this.tables = tables;
    this.layout = layout;
  }

  /** The statement known as `key`, built on first use. One key must always mean one text within a layout. */
  get(key: string, build: (book: StatementCache) => string, options: StatementOptions = {}): Statement {
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = { ...namedStatement(key, build(this)), ...options };
      this.statements.set(key, statement);
    }
    return statement;
  }
}

/** Thrown by work that saw the tables to be others than its statements were written for. */
export class LayoutOutdated extends Error {}

/**
 * Knows how one database keeps its sessions, and notices when that changes: an upgrade from 2.x to 3.x, a column or
 * table dropped, tables created by Python. No restart and no clock is involved; the statements themselves tell.
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

  /** Runs `work` with the statements for the present layout, a second time if that turns out to have changed. */
  async withLayout<T>(work: (book: StatementCache) => Promise<T>): Promise<T> {
    try {
      return await work(await this.statements());
    } catch (error) {
      if (!(error instanceof LayoutOutdated) && !isLayoutChange(error)) throw error;
      this.cached = undefined;
      return await work(await this.statements());
    }
  }

  /** As `with`, for writes: an empty database gets its tables first. */
  async withTables<T>(deadline: Deadline, work: (book: StatementCache) => Promise<T>): Promise<T> {
    return this.withLayout(async (book) => {
      if (book.layout.hasSessions) return work(book);
      await this.createTables(deadline);
      return work(await this.statements());
    });
  }

  /** Creates what agno 3.1.10 would create; tables that exist are left as they are. */
  private async createTables(deadline: Deadline): Promise<void> {
    const now = `${new Date().toISOString().slice(0, -1)}000`;
    await this.database.transaction(deadline, async (run) => {
      for (const text of createTables(this.names, this.tables, now)) await run({ name: '', text }, []);
    });
    this.cached = undefined;
  }

  /**
   * Requests share a reading that begins after the last of them asked, since another process may have made the tables
   * meanwhile. It is not bound to the deadline of any.
   */
  private async statements(): Promise<StatementCache> {
    if (this.cached !== undefined) return this.cached;
    const book = await this.coalescer.run('layout', new Deadline(), (deadline) => this.read(deadline));
    // An empty database is looked at anew each time: Python may create its tables at any moment.
    if (book.layout.hasSessions) this.cached = book;
    return book;
  }

  private async read(deadline: Deadline): Promise<StatementCache> {
    return new StatementCache(this.tables, await readLayout(this.database, this.tables, deadline));
  }
}

/** A row that tells whether a runs table came into being since the layout was read. */
export interface LayoutCheckedRow {
  readonly upgraded?: 't' | 'f';
}

/** A text with NUL cannot stand in any PostgreSQL row, so nothing matches it. */
export function containsNul(text: unknown): boolean {
  return typeof text === 'string' && text.includes('\0');
}

/** The rows; whatever was read is outdated when the first says that the database was upgraded meanwhile. */
export function assertLayoutCurrent<Row extends LayoutCheckedRow>(rows: Rows<Row>): Rows<Row> {
  if (rows.peek()?.upgraded !== 't') return rows;
  rows.close();
  throw new LayoutOutdated();
}
