import { decodeParts, encodeParts, isStorable } from './list-cursor.js';

export const RUN_ORDERS = ['asc', 'desc'] as const;
/** Direction of a list of runs. `asc` is the order of a list without it. */
export type RunOrder = (typeof RUN_ORDERS)[number];

const RUN_LAYOUTS = ['table', 'column', 'mixed'] as const;
/** Where a database stores runs: agno 3.x in a table, 2.x in a column, after an upgrade from 2.x in both. */
export type RunLayout = (typeof RUN_LAYOUTS)[number];

/** The values that the runs table is sorted by, as PostgreSQL prints them, so that no number is rounded; null for NULL. */
export type TableKey = readonly [runIndex: string | null, createdAt: string | null, runId: string];

/** An entry of the column by its ordinal and the hash of its run id. Both are integers, as PostgreSQL prints them. */
export type ColumnEntry = readonly [ordinal: string, hash: string];

/**
 * The position of a run in the list of its session's runs, which may change while a client reads the list.
 *
 * Rows of the table have a position of their own. Entries of the column have none: after others were removed, they have other
 * ordinals. So the last entries that were read are named as well, the last of them first: the list continues after the first of
 * them that is still there.
 */
export type RunPosition = {
  readonly layout: RunLayout;
  /** The order in which `entries` were read. */
  readonly order: RunOrder;
} & ({ readonly key: TableKey } | { readonly entries: readonly ColumnEntry[] });

/** Maximum number of entries in a position. */
export const MAX_POSITION_ENTRIES = 8;

/** A cursor of a request. It continues the list that has the same digest. */
export interface RunCursor {
  readonly digest: string;
  readonly position: RunPosition;
}

const VERSION = 'runs-1';

/** Opaque for clients and not signed, like the cursors of lists of sessions. */
export function encodeRunCursor({ digest, position }: RunCursor): string {
  return encodeParts([VERSION, position.order, digest, ...positionParts(position)]);
}

/** Undefined if the text is not a cursor, or one of runs in another order. */
export function decodeRunCursor(text: string, order: RunOrder): RunCursor | undefined {
  const [version, direction, digest, ...parts] = decodeParts(text);
  if (version !== VERSION || direction !== order || typeof digest !== 'string') return undefined;
  const position = positionOf(order, parts);
  return position && { digest, position };
}

/** The parts of a cursor that name the position of a run, besides its order. */
export function positionParts(position: RunPosition): readonly unknown[] {
  return [position.layout, ...('key' in position ? ['key', ...position.key] : ['entries', ...position.entries.flat()])];
}

/** Undefined if the parts name no position. */
export function positionOf(order: RunOrder, [name, kind, ...values]: readonly unknown[]): RunPosition | undefined {
  const layout = RUN_LAYOUTS.find((known) => known === name);
  if (layout === undefined) return undefined;
  if (kind === 'key' && layout !== 'column') {
    const key = tableKey(values);
    return key && { layout, order, key };
  }
  if (kind !== 'entries' || layout === 'table') return undefined;
  const entries = columnEntries(values);
  return entries && { layout, order, entries };
}

function tableKey(values: readonly unknown[]): TableKey | undefined {
  const [runIndex, createdAt, runId] = values;
  if (values.length !== 3 || !isStorable(runId)) return undefined;
  return isNullable(runIndex) && isNullable(createdAt) ? [runIndex, createdAt, runId] : undefined;
}

function isNullable(value: unknown): value is string | null {
  return value === null || isStorable(value);
}

function columnEntries(values: readonly unknown[]): ColumnEntry[] | undefined {
  if (values.length === 0 || values.length > 2 * MAX_POSITION_ENTRIES) return undefined;
  const entries: ColumnEntry[] = [];
  for (let index = 0; index < values.length; index += 2) {
    const [ordinal, hash] = [values[index], values[index + 1]];
    if (!isInteger(ordinal) || !isInteger(hash)) return undefined;
    entries.push([ordinal, hash]);
  }
  return entries;
}

function isInteger(value: unknown): value is string {
  return typeof value === 'string' && /^-?[0-9]{1,19}$/.test(value);
}
