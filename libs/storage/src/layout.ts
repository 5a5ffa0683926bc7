import { namedStatement, type Statement } from '@session-service/database';
import type { CascadeTable, Tables } from './table-names.js';

/**
 * The tables and columns in which a database stores its sessions, detected at run time (ADR 3). agno 2.x keeps runs in
 * a column, agno 3.x in a table; a 2.x database that 3.x has upgraded has both.
 */
export interface Layout {
  readonly hasSessions: boolean;
  readonly hasRunsColumn: boolean;
  readonly hasRunsTable: boolean;
  /** The existing tables whose rows are deleted with their session. */
  readonly cascade: readonly CascadeTable[];
  /** True if an unchanged snapshot means unchanged rows: see `canCacheCounts`. */
  readonly canCacheCounts: boolean;
  /** True if rows have versions: see `hasRowVersions`. */
  readonly hasRowVersions: boolean;
  /** True if tool results are kept when their session is deleted, because the role cannot delete their payloads. */
  readonly keepsResults: boolean;
  /** Rights that the role lacks on the schema and its tables; empty if none. */
  readonly missingRights: string;
  /** Types of the columns of the sessions table by name. The names are the valid values of `sort_by`. */
  readonly columns: ReadonlyMap<string, string>;
  /** The columns with component ids (`agent_id` …) that an index starts with. */
  readonly indexedColumns: ReadonlySet<string>;
  /** True if an index finds the sessions whose metadata contains a value. */
  readonly hasMetadataIndex: boolean;
  /** True if a column has the type json: agno 2.0 to 2.2 created such tables. */
  readonly hasJsonText: boolean;
  /** A string that is equal for equal layouts. */
  readonly signature: string;
}

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
  /** Key of the statement: see `StatementCache.get`. */
  readonly key: string;
  readonly build: (statements: StatementCache) => string;
  readonly options?: StatementOptions;
  /** The rows have the columns of `versionColumns`. */
  readonly isVersioned?: boolean;
  /** Reads from the primary, to see the request's own change. */
  readonly onPrimary?: boolean;
  /** `willRewind` and `isLarge`: see `ReadRowsOptions`. */
  readonly willRewind?: boolean;
  readonly isLarge?: boolean;
}

/** A row that shows whether the database has been upgraded. */
export interface LayoutCheckedRow {
  /** True when a runs table was created after the layout was read. Absent if the layout has one. */
  readonly upgraded?: 't' | 'f';
  /** True when JSON columns contain the text of a json column, as it was written. Absent if all columns are jsonb. */
  readonly json_text?: 't';
}
