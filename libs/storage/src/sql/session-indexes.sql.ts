import type { TableNames } from '@session-service/database';
import { distinctName, existsInCatalogue, qualifiedTables, quoteIdentifier, quoteLiteral } from '../table-names.js';
import { LAST_CHANGE } from './session-order.js';

/** An additional index on the sessions or the runs table; AgentOS does not create it. */
export interface SessionIndex {
  readonly name: string;
  /** What the index speeds up. */
  readonly purpose: string;
  readonly create: string;
  readonly drop: string;
  /** Returns a row if the index exists, but is unusable because its creation was interrupted. */
  readonly findInvalid: string;
  /** Returns a row if there is a table whose columns have the types that the index needs. */
  readonly findApplicable: string;
}

/** Distinguishes our indexes from those of AgentOS. */
const INDEX_NAME_PREFIX = 'agno_session_service';

/** Suffixes of indexes that earlier versions of this service have created. */
const REPLACED_INDEXES = ['user', 'agent', 'team', 'workflow', 'updated'];

/** Sessions with equal values are sorted by id: see `orderBy` in session-order.ts. */
const SORT_ORDERS = { created: 'created_at, session_id', updated: `(${LAST_CHANGE}), session_id` };

const FILTERED_COLUMNS = ['user', 'agent', 'team', 'workflow'];

/**
 * Serves `@>`. Without the list of pending entries, which would make some searches and some writers slow at times.
 * https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING
 */
const METADATA_INDEX = [
  'by_metadata',
  'lists and searches by values of metadata; writers pay for it: each new version of a session adds an entry per value in its metadata',
  'USING gin (metadata jsonb_path_ops) WITH (fastupdate = off)',
] as const;

type IndexDefinition = readonly [suffix: string, purpose: string, definition: string];

const INDEX_DEFINITIONS: readonly IndexDefinition[] = [
  ...Object.entries(SORT_ORDERS).flatMap(([sorted, order]) => [
    [`by_${sorted}`, `lists sorted by ${sorted}_at`, `(${order})`] as const,
    ...FILTERED_COLUMNS.map(
      (filtered) =>
        [
          `by_${filtered}_${sorted}`,
          `lists of one ${filtered} sorted by ${sorted}_at`,
          `(${filtered}_id, ${order}) WHERE ${filtered}_id IS NOT NULL`,
        ] as const,
    ),
  ]),
  METADATA_INDEX,
];

/** So that usage by day reads an index instead of the whole runs table, whose rows contain the beginnings of transcripts. */
const RUN_INDEX = ['by_created_status', 'usage by day; writers add an entry per run', '(created_at, status)'] as const;

/** The additional indexes, built and dropped CONCURRENTLY, so that writers are not blocked. */
export function sessionIndexes(names: TableNames): SessionIndex[] {
  const { schema, sessions, runs } = qualifiedTables(names);
  const index = (
    table: string,
    tableName: string,
    [suffix, purpose, definition]: IndexDefinition,
    applicable: string,
  ) => {
    // With the table's name, since other sessions tables of the schema have such indexes as well.
    const name = distinctName(`${INDEX_NAME_PREFIX}_${tableName}_${suffix}`);
    const qualified = `${schema}.${quoteIdentifier(name)}`;
    return {
      name,
      purpose,
      create: `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${quoteIdentifier(name)} ON ${table} ${definition}`,
      drop: `DROP INDEX CONCURRENTLY IF EXISTS ${qualified}`,
      findInvalid: `SELECT 1 FROM pg_index WHERE NOT indisvalid AND indexrelid = to_regclass(${quoteLiteral(qualified)})`,
      findApplicable: applicable,
    };
  };
  return [
    ...INDEX_DEFINITIONS.map((definition) =>
      index(
        sessions,
        names.sessionTable,
        definition,
        definition === METADATA_INDEX ? hasJsonbColumn(sessions, 'metadata') : 'SELECT 1',
      ),
    ),
    index(runs, names.runTable, RUN_INDEX, `SELECT 1 WHERE ${existsInCatalogue(runs)}`),
  ];
}

/** The type json, of agno 2.0 to 2.2, has no indexes. */
function hasJsonbColumn(table: string, column: string): string {
  return `SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(${quoteLiteral(table)}) AND NOT attisdropped
    AND attname = ${quoteLiteral(column)} AND atttypid = 'jsonb'::regtype`;
}

/** A query of statements that drop the existing indexes of earlier versions, which `sessionIndexes` replaces. */
export function dropReplacedIndexes(names: TableNames): string {
  const { sessions } = qualifiedTables(names);
  const replaced = REPLACED_INDEXES.map((suffix) => quoteLiteral(`${INDEX_NAME_PREFIX}_${suffix}`));
  return `SELECT format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', nspname, relname) AS statement
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE indrelid = to_regclass(${quoteLiteral(sessions)}) AND relname IN (${replaced.join(', ')})`;
}
