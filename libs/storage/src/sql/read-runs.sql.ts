import type { RunLayout, RunOrder, RunPosition, TableKey } from '@session-service/contract';
import type { SqlValue } from '@session-service/database';
import type { Layout, LayoutStatement, StatementCache } from '../layout.js';
import { InvalidPosition } from '../storage-errors.js';
import { isJsonText } from './json-columns.js';
import {
  MESSAGE_COLUMNS,
  type MessageDetail,
  OF_VERSION,
  type RunDetail,
  type SessionOrRun,
  withRuns,
} from './read-session.sql.js';
import { ENTRY_HASH, type RunStore, runStores } from './run-stores.js';
import { SESSION_CONDITION } from './session-filter.js';
import { versionColumns } from './session-version.sql.js';

/** Where a part of a session's runs begins: at the first run, after a number of runs, or after a position. */
export type RunStart = 'first' | { readonly offset: bigint } | RunPosition;

/** A part of a session's runs. */
export interface RunRange {
  /** `none`: only the version of each run. */
  readonly detail: RunDetail | MessageDetail | 'none';
  readonly order: RunOrder;
  readonly start: RunStart;
  /** Maximum number of runs; undefined: all. */
  readonly limit: bigint | undefined;
  /** True: only runs without a parent. AgentOS names the parent in runs of a team's members and of a workflow's steps. */
  readonly topLevel: boolean;
  /** Only runs of this parent; undefined: no condition. Null matches no run. */
  readonly parentRunId: string | null | undefined;
  /** `all`: the session's row has a version of it and all of its runs; `each`: of what pages need of it, and each run its own. */
  readonly versions: 'all' | 'each';
}

/** A row of `readRuns`: the first is the session, each further one a run. */
export interface RangeRow extends SessionOrRun {
  /** Only of the session. */
  readonly run_layout?: RunLayout;
  /** Number of selected runs in decimal digits. Only of the session, and with an offset. */
  readonly total?: string;
  /** A `TableKey` or a `ColumnEntry`, as JSON. Only of runs. */
  readonly position?: string;
  /** See `RunStore.version`. Only of runs. */
  readonly run_version?: string;
}

/**
 * The statement that selects a session and a part of its runs, and its parameters.
 *
 * @param session `sessionParameters`
 */
export function readRuns(session: readonly SqlValue[], range: RunRange): [LayoutStatement, SqlValue[]] {
  const { detail, order, limit, topLevel, parentRunId, start, versions } = range;
  const values: SqlValue[] = [...session];
  const add: AddParameter = (value) => `$${values.push(value)}`;
  const offset = typeof start === 'object' && 'offset' in start ? start.offset : undefined;
  const position = typeof start === 'object' && 'layout' in start ? start : undefined;
  const end = limit === undefined ? undefined : `${add(`${sum(limit, offset)}`)}::bigint`;
  const skipped = offset === undefined ? undefined : `${add(`${offset}`)}::bigint`;
  const parent = parentRunId === undefined ? undefined : `${add(parentRunId)}::text`;
  const branches = position === undefined ? () => [[]] : branchesAfter(position, order, add);
  const conditionOf = (store: RunStore, further: readonly string[] = []): string => {
    const isTopLevel = topLevel ? [`${store.parentRunId} IS NULL`] : [];
    const hasParent = parent === undefined ? [] : [`${store.parentRunId} = ${parent}`];
    return [store.condition, ...isTopLevel, ...hasParent, ...further].join(' AND ');
  };
  const build = (statements: StatementCache): string => {
    const layout = runLayout(statements.layout);
    if (position !== undefined && position.layout !== layout) throw new InvalidPosition();
    const stores = runStores(statements, FOUND);
    const stored = (store: RunStore): string => {
      if (detail === 'none') return 'NULL';
      return isJsonText(statements, 'runs') ? `${store.stored}::text` : store.stored;
    };
    const versionOf = (store: RunStore) => (versions === 'each' ? store.version : 'NULL');
    const selects = (order === 'asc' ? stores : stores.toReversed()).flatMap((store) =>
      branches(store).map((further) =>
        firstRuns(store, stored(store), versionOf(store), conditionOf(store, further), order, end),
      ),
    );
    const count = (store: RunStore) => `(SELECT count(*) FROM ${FOUND} s, ${store.from} WHERE ${conditionOf(store)})`;
    const rows = `(SELECT * FROM (${selects.join(' UNION ALL ')}) branches ${page(end, skipped)}) of_stores`;
    const ofEach = layout === 'column' ? 'session' : { columns: MESSAGE_COLUMNS };
    const version = versionColumns(statements, versions === 'all' ? 'runs' : ofEach, detail === 'none');
    return `WITH ${FOUND} AS (SELECT *, ${version} FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION})
      ${withRuns(statements, FOUND, detail, {
        sources: [rows],
        columns: [
          { name: 'run_layout', session: `'${layout}'`, run: 'NULL' },
          { name: 'position', session: 'NULL', run: 'position' },
          { name: 'run_version', session: 'NULL', run: 'run_version' },
          ...OF_VERSION,
          ...(skipped === undefined ? [] : [{ name: 'total', session: stores.map(count).join(' + '), run: 'NULL' }]),
        ],
      })}`;
  };
  const operation = detail === 'none' ? 'version' : 'runs';
  const kinds = [detail, order, end && 'part', skipped && 'offset', topLevel && 'top', parent && 'parent', versions];
  const after = position && [position.layout, positionKind(position)];
  const key = [operation, ...kinds, ...(after ?? [])].filter(Boolean).join(':');
  return [{ key, build, options: { nulls: 'omitted' }, isVersioned: true }, values];
}

/** Within one kind, the SQL is the same. */
function positionKind(position: RunPosition): string {
  if (!('key' in position)) return 'entries';
  return position.key[0] === null ? 'null' : 'index';
}

/** Name of the CTE that contains the session. */
const FOUND = 'found';

type AddParameter = (value: SqlValue) => string;

const MAX_INT64 = 2n ** 63n - 1n;

function sum(limit: bigint, offset = 0n): bigint {
  return limit + offset > MAX_INT64 ? MAX_INT64 : limit + offset;
}

function runLayout({ hasRunsColumn, hasRunsTable }: Layout): RunLayout {
  if (!hasRunsColumn) return 'table';
  return hasRunsTable ? 'mixed' : 'column';
}

function page(end: string | undefined, skipped: string | undefined): string {
  if (skipped === undefined) return end === undefined ? '' : `LIMIT ${end}`;
  return `${end === undefined ? '' : `LIMIT ${end} - ${skipped}`} OFFSET ${skipped}`;
}

/**
 * The first runs of one store, with their positions. The innermost SELECT only reads columns, so that the large values of rows
 * that are sorted or skipped are neither fetched nor decompressed. Inside LATERAL the session's id is a constant, so that rows
 * of the table can come in the order of AgentOS's index on (session_id, run_index) and only ties are sorted. PostgreSQL would
 * rather sort all rows of a session, of which it expects few, if it knew the limit; a sub-select hides it.
 */
function firstRuns(
  { from, alias, columns, position, order: expressions }: RunStore,
  stored: string,
  version: string,
  condition: string,
  order: RunOrder,
  limit: string | undefined,
): string {
  const sorted = expressions.map((expression) => `${expression} ${order.toUpperCase()}`).join(', ');
  const limited = limit === undefined ? '' : ` LIMIT (SELECT ${limit})`;
  return `(SELECT ${stored} AS stored, ${position}::text AS position, ${version} AS run_version FROM ${FOUND} s CROSS JOIN LATERAL
        (SELECT ${columns} FROM ${from} WHERE ${condition} ORDER BY ${sorted}${limited}) ${alias})`;
}

/**
 * The conditions of the runs of a store that follow a position, in one or several branches, one after the other. No branch: all
 * of its runs precede the position.
 */
function branchesAfter(position: RunPosition, order: RunOrder, add: AddParameter): (store: RunStore) => string[][] {
  const isKey = 'key' in position;
  const conditions = isKey ? rowsAfter(position.key, order, add) : entriesAfter(position, order, add);
  const later = order === 'asc' ? 'table' : 'column';
  return (store) => {
    if (store.name === (isKey ? 'table' : 'column')) return conditions(store).map((condition) => [condition]);
    return store.name === later ? [[]] : [];
  };
}

/**
 * NULLs are last, in descending order first, but a comparison with NULL is never true: runs whose index is NULL are a branch of
 * their own. The other branch has a condition on the index alone, by which PostgreSQL finds its first row in the index.
 */
function rowsAfter([runIndex, createdAt, runId]: TableKey, order: RunOrder, add: AddParameter): () => string[] {
  const [created, id] = [add(createdAt), add(runId)];
  const after = order === 'asc' ? '>' : '<';
  const [value, nullAfter] = order === 'asc' ? [created, 'r.created_at'] : ['r.created_at', created];
  const follows = `(r.created_at ${after} ${created} OR (${value} IS NOT NULL AND ${nullAfter} IS NULL)
        OR (r.created_at IS NOT DISTINCT FROM ${created} AND r.run_id ${after} ${id}))`;
  const without = 'r.run_index IS NULL';
  if (runIndex === null) {
    const ofSame = `${without} AND ${follows}`;
    return () => (order === 'asc' ? [ofSame] : [ofSame, 'r.run_index IS NOT NULL']);
  }
  const index = add(runIndex);
  const withIndex = `r.run_index ${after}= ${index} AND (r.run_index ${after} ${index} OR ${follows})`;
  return () => (order === 'asc' ? [withIndex, without] : [withIndex]);
}

/**
 * The entries after the first entry of the position that is still in the column. It has the ordinal that it had, or a smaller one
 * if others were removed; with a greater one, it was removed and then appended. If no entry is left, those after them have
 * moved forward by their number at least.
 */
function entriesAfter(
  { entries, order: readOrder }: Extract<RunPosition, { entries: unknown }>,
  order: RunOrder,
  add: AddParameter,
): (store: RunStore) => string[] {
  // In the other order, the further entries do not precede the position.
  const known = order === readOrder ? entries : entries.slice(0, 1);
  const ordinals = `${add(known.map(([ordinal]) => ordinal))}::bigint[]`;
  const hashes = `${add(known.map(([, hash]) => hash))}::bigint[]`;
  const [after, otherwise] = order === 'asc' ? ['>', ` - cardinality(${ordinals})`] : ['<', ''];
  return ({ from, condition }) => [
    `ordinal ${after} coalesce(
        (SELECT ordinal FROM unnest(${ordinals}, ${hashes}) WITH ORDINALITY AS known(last_ordinal, hash, rank), ${FOUND} s, ${from}
          WHERE ${condition} AND ${ENTRY_HASH} = hash AND ordinal <= last_ordinal ORDER BY rank, ordinal DESC LIMIT 1),
        (${ordinals})[1]${otherwise})`,
  ];
}
