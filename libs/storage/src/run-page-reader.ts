import {
  type ColumnEntry,
  MAX_POSITION_ENTRIES,
  type RunLayout,
  type RunOrder,
  type RunPosition,
  type TableKey,
} from '@session-service/contract';
import type { Rows } from '@session-service/database';
import type { Steps } from '@session-service/json';
import type { LayoutDetector } from './layout-detector.js';
import { type SessionWithRuns, sessionWithRuns } from './session-with-runs.js';
import { type RangeRow, type RunRange, type RunStart, readRuns } from './sql/read-runs.sql.js';
import type { MessageDetail, RunDetail } from './sql/read-session.sql.js';
import { containsNul, rejectedCharacter, type SessionScope, sessionParameters } from './sql/session-filter.js';
import { InvalidPosition, isUnreadableValue } from './storage-errors.js';

/** The runs of a session that are to be read. */
export interface RunsQuery {
  readonly detail: RunDetail | MessageDetail;
  readonly order: RunOrder;
  /** Only runs without a parent. */
  readonly topLevel?: boolean;
  /** Only runs with this parent; undefined: no condition. */
  readonly parentRunId?: string | undefined;
  /** Begins after this position. */
  readonly after?: RunPosition | undefined;
  /** Skips this number of runs, and counts all. Not together with `after`. */
  readonly offset?: bigint | undefined;
  /**
   * Number of runs that the caller expects to need. They are read at once; if the caller asks for more, so are all that follow,
   * unless there is an offset. Undefined: all runs.
   */
  readonly limit?: bigint | undefined;
  /** True: with the version of the session and all of its runs. */
  readonly isVersioned?: boolean;
}

/** Runs of a session from a position on, in order. Must be closed. */
export interface RunsPage extends SessionWithRuns {
  /** Number of runs that the query selects, in decimal digits; undefined without an offset. */
  readonly total: string | undefined;
  /** The position of the run that was returned last; before the first, that of the query. */
  position(): RunPosition | undefined;
  /** True if another run follows. Waits until it is loaded. */
  hasNext(): Steps<boolean>;
}

/** Reads parts of the runs of sessions of one database. */
export class RunPageReader {
  constructor(private readonly layout: LayoutDetector) {}

  /**
   * Undefined if the session does not exist.
   *
   * @throws InvalidPosition, also while the runs are read
   */
  async read(scope: SessionScope, id: string, query: RunsQuery): Promise<RunsPage | undefined> {
    const { limit, after, offset } = query;
    const start = after ?? (offset === undefined ? 'first' : { offset });
    const rows = await this.select(scope, id, query, start, limit);
    const first = rows.peek();
    const unversioned = { ...query, isVersioned: false };
    const readRest = (position: RunPosition) => this.select(scope, id, unversioned, position, undefined);
    // A part that begins at a number of runs ends at one: what follows belongs to other pages.
    const continued = offset === undefined ? limit : undefined;
    const range = new RangeRows(rows, continued, after, query.order, first?.run_layout ?? 'table', readRest);
    const stored = await sessionWithRuns(range);
    return (
      stored && {
        ...stored,
        total: first?.total,
        position: () => range.position(),
        hasNext: () => range.hasNext(),
      }
    );
  }

  private async select(
    scope: SessionScope,
    id: string,
    query: RunsQuery,
    start: RunStart,
    limit: bigint | undefined,
  ): Promise<Rows<RangeRow>> {
    const { detail, order, topLevel = false, parentRunId, isVersioned = false } = query;
    // No run has a parent with NUL, but whether the session exists must still be found out.
    const parent = containsNul(parentRunId) ? null : parentRunId;
    const range: RunRange = { detail, order, topLevel, parentRunId: parent, start, limit, isVersioned };
    const [statement, values] = readRuns(sessionParameters(scope, id), range);
    // All others are many, probably: the first portions are small, and no more are read than the caller asks for.
    const isRest = limit === undefined && query.limit !== undefined;
    try {
      return await this.layout.select(scope, isRest ? { ...statement, isLarge: true } : statement, values);
    } catch (error) {
      if (typeof parent === 'string' && rejectedCharacter(error, [parent]) !== undefined) {
        return this.select(scope, id, { ...query, parentRunId: '\0' }, start, limit);
      }
      if (typeof start === 'object' && 'layout' in start && isUnreadableValue(error, positionValues(start)))
        throw new InvalidPosition();
      throw error;
    }
  }
}

function positionValues(position: RunPosition): readonly unknown[] {
  return 'key' in position ? position.key : position.entries.flat();
}

/** The rows of a range of runs, followed by those of all later runs, which are only read when all others have been taken. */
class RangeRows implements Rows<RangeRow> {
  /** The positions of the rows that were taken last, as JSON, the last of them first. */
  private readonly recent: string[] = [];
  private taken = 0n;
  private isClosed = false;

  /**
   * @param limit maximum number of runs among `rows`; undefined: no others follow
   * @param after where the range begins
   */
  constructor(
    private rows: Rows<RangeRow>,
    private limit: bigint | undefined,
    private readonly after: RunPosition | undefined,
    private readonly order: RunOrder,
    private readonly layout: RunLayout,
    private readonly readRest: (after: RunPosition) => Promise<Rows<RangeRow>>,
  ) {}

  peek(): RangeRow | undefined {
    return this.rows.peek();
  }

  take(): RangeRow | undefined {
    const row = this.rows.take();
    if (row?.position === undefined) return row;
    this.taken++;
    this.recent.unshift(row.position);
    if (this.recent.length > MAX_POSITION_ENTRIES) this.recent.pop();
    return row;
  }

  get isOver(): boolean {
    return this.rows.isOver && this.taken !== this.limit;
  }

  async more(): Promise<void> {
    while (this.rows.peek() === undefined && !this.isOver) {
      if (this.rows.isOver) await this.openRest();
      else await this.rows.more();
    }
  }

  rewind(): undefined {}

  close(): void {
    this.isClosed = true;
    this.rows.close();
  }

  *hasNext(): Steps<boolean> {
    while (this.rows.peek() === undefined && !this.isOver) yield this.more();
    return this.rows.peek() !== undefined;
  }

  position(): RunPosition | undefined {
    const { layout, order, after } = this;
    const [last, ...others] = this.recent.map((json) => JSON.parse(json) as TableKey | ColumnEntry);
    if (last === undefined) return after;
    if (isTableKey(last)) return { layout, order, key: last };
    const read = others.filter((position) => !isTableKey(position)) as ColumnEntry[];
    const before = after !== undefined && 'entries' in after && after.order === order ? after.entries : [];
    return { layout, order, entries: [last, ...read, ...before].slice(0, MAX_POSITION_ENTRIES) };
  }

  private async openRest(): Promise<void> {
    const last = this.position();
    this.limit = undefined;
    if (last === undefined) return;
    const rest = await this.readRest(last);
    // The first row is the session.
    rest.take();
    this.rows = rest;
    if (this.isClosed) rest.close();
  }
}

function isTableKey(position: TableKey | ColumnEntry): position is TableKey {
  return position.length === 3;
}
