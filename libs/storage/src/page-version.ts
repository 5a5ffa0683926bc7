import type { RunOrder } from '@session-service/contract';
import type { SessionVersion } from './session-versions.js';
import type { RunStart } from './sql/read-runs.sql.js';

/** Consecutive runs that a page has read. */
export interface RunsRange {
  readonly order: RunOrder;
  readonly start: RunStart;
  /** The number of runs that were asked for: with the one after the last, if there was none. */
  readonly count: bigint;
}

/** What a page has read besides the session's row; `all`: it has looked for ids among all runs. */
export type PageRange = RunsRange | 'all';

/** A part of what a page has read. */
export interface PartOfPage {
  /** Undefined if the session's row contains all runs. */
  readonly range: PageRange | undefined;
  /** A version from each statement that has read the part. */
  readonly versions: readonly (SessionVersion | undefined)[];
  /** Identifies the runs of the range in their order, and their total if it was counted. */
  readonly runs?: string | undefined;
}

/** Identifies the rows that a page shows. */
export interface PageVersion extends SessionVersion {
  readonly ranges: readonly PageRange[];
}

/**
 * The version of a page from those of its parts. Undefined if rows have no versions. If the session or the server has changed
 * between two statements, no later version is equal.
 */
export function pageVersion(parts: readonly PartOfPage[]): PageVersion | undefined {
  const versions = parts.flatMap((part) => part.versions);
  if (versions.length === 0 || !versions.every((version) => version !== undefined)) return undefined;
  const distinct = (values: readonly string[]) => [...new Set(values)].join('\n');
  return {
    rows: [distinct(versions.map(({ rows }) => rows)), ...parts.flatMap(({ runs }) => runs ?? [])].join('\n'),
    server: distinct(versions.map(({ server }) => server)),
    isFlushed: versions.every(({ isFlushed }) => isFlushed),
    checkpoint: distinct(versions.flatMap(({ checkpoint }) => checkpoint ?? [])) || undefined,
    ranges: parts.flatMap(({ range }) => range ?? []),
  };
}
