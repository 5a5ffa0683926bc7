import { createHash } from 'node:crypto';
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
import { type PageRange, type PageVersion, type PartOfPage, pageVersion } from './page-version.js';
import { type SessionVersion, type SessionVersions, versionOf } from './session-versions.js';
import { type SessionWithRuns, sessionWithRuns } from './session-with-runs.js';
import { type RangeRow, type RunRange, type RunStart, readRuns } from './sql/read-runs.sql.js';
import type { MessageDetail, RunDetail } from './sql/read-session.sql.js';
import { containsNul, rejectedCharacter, type SessionScope, sessionParameters } from './sql/session-filter.js';
import { InvalidPosition, isUnreadableValue } from './storage-errors.js';

/** The runs of a session that a list has. */
export interface RunsSelection {
  /** Only runs without a parent. */
  readonly topLevel?: boolean;
  /** Only runs with this parent; undefined: no condition. */
  readonly parentRunId?: string | undefined;
}

/** The runs of a session that are to be read. */
export interface RunsQuery extends RunsSelection {
  readonly detail: RunDetail | MessageDetail;
  readonly order: RunOrder;
  /** Begins after this position. */
  readonly after?: RunPosition | undefined;
  /** Skips this number of runs, and counts all. Not together with `after`. */
  readonly offset?: bigint | undefined;
  /**
   * Number of runs that the caller expects to need. They are read at once; if the caller asks for more, so are all that follow,
   * unless there is an offset. Undefined: all runs, and their version is the session's.
   */
  readonly limit?: bigint | undefined;
}

/** Runs of a session from a position on, in order. Must be closed. */
export interface RunsPage extends SessionWithRuns {
  /** Number of runs that the query selects, in decimal digits; undefined without an offset. */
  readonly total: string | undefined;
  /** The position of the run that was returned last; before the first, that of the query. */
  position(): RunPosition | undefined;
  /** True if another run follows. Waits until it is loaded. */
  hasNext(): Steps<boolean>;
  /** The version of the runs that were returned, and of the next one after `hasNext`. Called at the end. */
  readPart(): PartOfPage;
}

/** Reads parts of the runs of sessions of one database. */
export class RunPageReader {
  constructor(
    private readonly layout: LayoutDetector,
    private readonly versions: SessionVersions,
  ) {}

  /**
   * Undefined if the session does not exist.
   *
   * @throws InvalidPosition, also while the runs are read
   */
  async read(scope: SessionScope, id: string, query: RunsQuery): Promise<RunsPage | undefined> {
    const { detail, order, limit, after, offset } = query;
    const start = after ?? (offset === undefined ? 'first' : { offset });
    const versions = limit === undefined ? 'all' : 'each';
    const rows = await this.select(scope, id, query, { detail, order, start, limit, versions });
    const total = rows.peek()?.total;
    const readRest = (position: RunPosition) =>
      this.select(scope, id, query, { detail, order, start: position, limit: undefined, versions }, true);
    // A part that begins at a number of runs ends at one: what follows belongs to other pages.
    const continued = offset === undefined ? limit : undefined;
    const range = new RangeRows(rows, order, start, continued, readRest);
    const stored = await sessionWithRuns(range);
    return (
      stored && {
        ...stored,
        total,
        position: () => range.position(),
        hasNext: () => range.hasNext(),
        readPart: () => range.readPart(),
      }
    );
  }

  /** The present version of what a page has read, of which no run is read. Undefined if rows have none. */
  async version(
    scope: SessionScope,
    id: string,
    selection: RunsSelection,
    ranges: readonly PageRange[],
  ): Promise<PageVersion | undefined> {
    const parts: PartOfPage[] = [];
    for (const range of ranges) {
      if (range === 'all') {
        parts.push({ range, versions: [await this.versions.read(scope, { id, part: 'runs' }, true)] });
        continue;
      }
      const { order, start, count } = range;
      try {
        const part = { detail: 'none', order, start, limit: count, versions: 'each' } as const;
        const rows = new RangeRows(await this.select(scope, id, selection, part), order, start);
        while (!rows.isOver) if (rows.take() === undefined) await rows.more();
        parts.push({ ...rows.readPart(), range });
      } catch (error) {
        if (error instanceof InvalidPosition) return undefined;
        throw error;
      }
    }
    return pageVersion(parts);
  }

  /** @param isRest for all runs after a first part */
  private async select(
    scope: SessionScope,
    id: string,
    selection: RunsSelection,
    part: Omit<RunRange, 'topLevel' | 'parentRunId'>,
    isRest = false,
  ): Promise<Rows<RangeRow>> {
    const { topLevel = false, parentRunId } = selection;
    const { start } = part;
    // No run has a parent with NUL, but whether the session exists must still be found out.
    const parent = containsNul(parentRunId) ? null : parentRunId;
    const [statement, values] = readRuns(sessionParameters(scope, id), { ...part, topLevel, parentRunId: parent });
    // All others are many, probably: the first portions are small, and no more are read than the caller asks for.
    try {
      return await this.layout.select(scope, isRest ? { ...statement, isLarge: true } : statement, values);
    } catch (error) {
      if (typeof parent === 'string' && rejectedCharacter(error, [parent]) !== undefined) {
        return this.select(scope, id, { topLevel, parentRunId: '\0' }, part, isRest);
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
  private readonly layout: RunLayout;
  private readonly after: RunPosition | undefined;
  private readonly versions: (SessionVersion | undefined)[];
  private readonly hash = createHash('sha256');
  /** The number of runs whose versions were added to the hash. */
  private hashed = 0n;
  private taken = 0n;
  private isClosed = false;
  /** True if all rows had been taken when the rows were closed. */
  private wasOver = false;

  /** @param limit maximum number of runs among `rows`; undefined: no others follow */
  constructor(
    private rows: Rows<RangeRow>,
    private readonly order: RunOrder,
    private readonly start: RunStart,
    private limit?: bigint,
    private readonly readRest?: (after: RunPosition) => Promise<Rows<RangeRow>>,
  ) {
    const session = rows.peek();
    this.layout = session?.run_layout ?? 'table';
    this.after = typeof start === 'object' && 'layout' in start ? start : undefined;
    this.versions = [versionOf(session)];
    this.hash.update(session?.total ?? '');
  }

  peek(): RangeRow | undefined {
    return this.rows.peek();
  }

  take(): RangeRow | undefined {
    const row = this.rows.take();
    if (row?.position === undefined) return row;
    this.taken++;
    this.addVersion(row);
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
    this.wasOver ||= this.isOver;
    this.rows.close();
  }

  *hasNext(): Steps<boolean> {
    while (this.rows.peek() === undefined && !this.isOver) yield this.more();
    const next = this.rows.peek();
    if (next !== undefined) this.addVersion(next);
    return next !== undefined;
  }

  readPart(): PartOfPage {
    const { order, start, versions } = this;
    if (this.layout === 'column') return { range: undefined, versions };
    // After an offset, the total tells whether others follow.
    const isEnd = (this.wasOver || this.isOver) && !(typeof start === 'object' && 'offset' in start);
    const range = { order, start, count: this.hashed + (isEnd ? 1n : 0n) };
    return { range, versions, runs: this.hash.digest('base64url') };
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
    if (last === undefined || this.readRest === undefined) return;
    const rest = await this.readRest(last);
    // The first row is the session.
    this.versions.push(versionOf(rest.take()));
    this.rows = rest;
    if (this.isClosed) rest.close();
  }

  private addVersion({ run_version = '' }: RangeRow): void {
    this.hashed++;
    this.hash.update(`\n${run_version}`);
  }
}

function isTableKey(position: TableKey | ColumnEntry): position is TableKey {
  return position.length === 3;
}
