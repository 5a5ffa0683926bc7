import { hash } from 'node:crypto';
import type { ListedSession, ListPosition, SessionSource } from '@session-service/contract';
import {
  BufferedRows,
  type Database,
  type Deadline,
  type Reader,
  type Rows,
  type RunStatement,
  readRows,
  type SqlValue,
  type Statement,
  StoredValueTooLong,
} from '@session-service/database';
import type { Steps } from '@session-service/json';
import { CountCache } from './caches.js';
import type { StatementCache } from './layout.js';
import { assertLayoutCurrent, type LayoutDetector } from './layout-detector.js';
import { pythonRow } from './python-row.js';
import { type CountRow, countSessions, listPage, type PageColumns, type PageRow } from './sql/list-sessions.sql.js';
import {
  containsNul,
  rejectedCharacter,
  type SessionFilter,
  type SessionScope,
  type WhereClause,
  whereClause,
} from './sql/session-filter.js';
import { type SessionOrder, sortColumn } from './sql/session-order.js';
import { pageStart, startParameters } from './sql/sessions-after.js';
import { InvalidPosition, isUnreadableValue } from './storage-errors.js';

/** Filters, order and page of a list. */
export interface ListQuery extends SessionFilter, SessionOrder {
  readonly limit: bigint;
  readonly offset: bigint;
  /** The session after which the page begins, which replaces the offset; `start`: the first page; undefined: the offset. */
  readonly after?: ListPosition | 'start' | undefined;
  /** False: the number of matching sessions is not needed. */
  readonly isCounted: boolean;
}

/** One page of a list. Must be closed: a large page holds a connection while its sessions arrive. */
export interface SessionPage {
  readonly sessions: SessionSource;
  /** Number of sessions that match the filters, in decimal digits; undefined if it is not needed. */
  readonly total: string | undefined;
  /** The position of the last session; undefined on the last page. Known when all sessions have been read. */
  readonly next: () => ListPosition | undefined;
  close(): void;
}

const LIST_WORK = { kind: 'list' } as const;
const UNNAMED_LIST_WORK = { ...LIST_WORK, isUnnamed: true } as const;

/** Reads pages of the sessions of one database. Counts the total only if it may have changed since the last count. */
export class SessionPageReader {
  private readonly counts = new CountCache();

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutDetector,
  ) {}

  /** @throws InvalidPosition */
  async read(scope: SessionScope, query: ListQuery): Promise<SessionPage> {
    const condition = whereClause(scope.userId, query);
    if (condition.values.some(containsNul)) return emptyPage(query);
    return this.layout.withLayout(async (statements) => {
      if (!statements.layout.hasSessions) return emptyPage(query);
      this.database.rejectIfOverloaded('list');
      const count = query.isCounted ? countStatement(statements, condition) : undefined;
      const reader = await this.database.reader(scope.deadline);
      let total: string | undefined;
      // If the page is read in portions, the total is counted first, in the same snapshot.
      const before =
        count &&
        (async (run: RunStatement) => {
          total = (await run<CountRow>(count, condition.values))[0]?.total;
        });
      const read: ReadPage = (columns, limit, taken, last) => {
        const [statement, values] = pageStatement(statements, condition, query, { columns, limit, taken, last });
        return readRows<PageRow>(reader, statement, values, scope, { ...workOf(condition), before });
      };
      const rows = new PageRows(read, query.after === undefined ? query.limit : limitWithNext(query.limit));
      try {
        await rows.more();
        const first = assertLayoutCurrent(rows).peek();
        if (count !== undefined) {
          const snapshot = snapshotOf(statements, reader, first);
          total ??= await this.count(condition, snapshot, statements, count, scope.deadline);
        }
        const close = () => rows.close();
        if (query.after === undefined) return { sessions: new ListedSessions(rows), total, next: NO_POSITION, close };
        const sessions = new SessionsBeforeNext(rows, query.limit);
        return { sessions, total, next: () => sessions.nextStart, close };
      } catch (error) {
        rows.close();
        if (isInvalidPosition(error, query)) throw new InvalidPosition();
        if (rejectedCharacter(error, condition.values) === undefined) throw error;
        return emptyPage(query);
      }
    });
  }

  private count(
    condition: WhereClause,
    snapshot: string | null,
    statements: StatementCache,
    count: Statement,
    deadline: Deadline,
  ): Promise<string> {
    return this.counts.total(countKey(condition, count), snapshot, deadline, async (shared) => {
      // Chooses a new reader: requests that share this count may have started after the reader of the page was chosen.
      const reader = await this.database.reader(shared);
      const [row] = await reader.query<CountRow>(count, condition.values, shared, workOf(condition));
      return { total: row?.total ?? '0', snapshot: snapshotOf(statements, reader, row) };
    });
  }
}

function workOf({ key }: WhereClause) {
  return key === undefined ? UNNAMED_LIST_WORK : LIST_WORK;
}

function countStatement(statements: StatementCache, condition: WhereClause): Statement {
  const build = countSessions(condition);
  if (condition.key === undefined) return { name: 'count', text: build(statements) };
  return statements.get(`count:${condition.key}`, build);
}

/** Equal for equal counts. The values of a filter expression may be long, so that only their digest is kept. */
function countKey({ key, values }: WhereClause, count: Statement): string {
  if (key !== undefined) return JSON.stringify([key, values]);
  return hash('sha256', JSON.stringify([count.text, values]), 'base64url');
}

interface PagePart {
  readonly columns: PageColumns;
  readonly limit: bigint;
  /** Number of rows of the page that have been read before, and the last of them. */
  readonly taken: bigint;
  readonly last: PageRow | undefined;
}

const MARK_LONG_VALUES = { longValues: 'marked' } as const;

function pageStatement(
  statements: StatementCache,
  condition: WhereClause,
  query: ListQuery,
  { columns, limit, taken, last }: PagePart,
): [Statement, readonly SqlValue[]] {
  const order = { descending: query.descending, sortBy: sortColumn(query.sortBy, statements) };
  const after = last === undefined ? query.after : positionOf(last);
  const position = after === 'start' ? undefined : after;
  const start = query.after === undefined ? undefined : pageStart(position);
  const build = listPage(condition, order, columns, start);
  const key = `page:${condition.key}:${order.sortBy}:${order.descending}:${columns}${start === undefined ? '' : `:${start}`}`;
  const statement =
    condition.key === undefined
      ? { name: 'page', text: build(statements), ...MARK_LONG_VALUES }
      : statements.get(key, build, MARK_LONG_VALUES);
  const range = start === undefined ? [`${limit}`, `${query.offset + taken}`] : startParameters(limit, position);
  return [statement, [...condition.values, ...range]];
}

function positionOf({ session_id, sort_value }: PageRow): ListPosition {
  return { value: sort_value ?? null, id: session_id };
}

/** With a row more than the page shows, which tells whether there is another page. */
function limitWithNext(limit: bigint): bigint {
  return BigInt.asIntN(64, limit + 1n) < 0n ? limit : limit + 1n;
}

/** True if PostgreSQL could not read a value of the position. */
function isInvalidPosition(error: unknown, { after }: ListQuery): boolean {
  return typeof after === 'object' && isUnreadableValue(error, [after.value, after.id]);
}

type ReadPage = (
  columns: PageColumns,
  limit: bigint,
  taken: bigint,
  last: PageRow | undefined,
) => Promise<Rows<PageRow>>;

/**
 * The rows of a page. If PostgreSQL fails to print a row because its text exceeds 1 GiB, reads that row without its JSON
 * columns and continues after it, so that one session cannot make the whole list fail.
 */
class PageRows implements Rows<PageRow> {
  private rows: Rows<PageRow> = new BufferedRows([]);
  /** Columns of the next read, which starts when all of `rows` are taken; undefined if no read is needed. `plain` reads one row. */
  private nextColumns: PageColumns | undefined = 'all';
  private taken = 0n;
  private last: PageRow | undefined;

  constructor(
    private readonly read: ReadPage,
    private readonly limit: bigint,
  ) {}

  peek(): PageRow | undefined {
    return this.rows.peek();
  }

  take(): PageRow | undefined {
    const row = this.rows.take();
    if (row !== undefined) {
      this.taken++;
      this.last = row;
    }
    return row;
  }

  get isOver(): boolean {
    return this.rows.isOver && this.nextColumns === undefined;
  }

  async more(): Promise<void> {
    while (this.rows.peek() === undefined && !this.isOver) {
      try {
        if (!this.rows.isOver) await this.rows.more();
        else if (this.nextColumns !== undefined) await this.readRest(this.nextColumns);
      } catch (error) {
        if (!(error instanceof StoredValueTooLong)) throw error;
        this.rows = new BufferedRows([]);
        this.nextColumns = 'plain';
      }
    }
  }

  rewind(): undefined {}

  close(): void {
    this.rows.close();
  }

  private async readRest(columns: PageColumns): Promise<void> {
    const remaining = this.limit - this.taken;
    this.nextColumns = undefined;
    if (remaining <= 0n) return;
    this.rows = await this.read(columns, columns === 'all' ? remaining : 1n, this.taken, this.last);
    if (columns === 'plain') this.nextColumns = 'all';
  }
}

/**
 * A class, because a generator function that is created per request keeps everything that it refers to in memory until
 * the next full garbage collection, which took a fifth of a list's CPU time.
 */
class ListedSessions implements SessionSource {
  constructor(private readonly rows: Rows<PageRow>) {}

  *next(): Steps<ListedSession | undefined> {
    for (;;) {
      const row = this.rows.take();
      if (row?.json_text !== undefined) return yield* pythonRow(row);
      if (row !== undefined || this.rows.isOver) return row;
      yield this.rows.more();
    }
  }
}

/** The sessions of a page with a cursor. The row after them is not taken; it only tells that there is another page. */
class SessionsBeforeNext implements SessionSource {
  /** The position after which the next page begins. */
  nextStart: ListPosition | undefined;
  private taken = 0n;
  private last: PageRow | undefined;

  constructor(
    private readonly rows: Rows<PageRow>,
    private readonly limit: bigint,
  ) {}

  *next(): Steps<ListedSession | undefined> {
    while (this.rows.peek() === undefined && !this.rows.isOver) yield this.rows.more();
    if (this.taken === this.limit) {
      if (this.last !== undefined && this.rows.peek() !== undefined) this.nextStart = positionOf(this.last);
      return undefined;
    }
    const row = this.rows.take();
    if (row === undefined) return undefined;
    this.taken++;
    this.last = row;
    return yield* pythonRow(row);
  }
}

const NO_POSITION = () => undefined;

function emptyPage({ isCounted }: ListQuery): SessionPage {
  return isCounted ? EMPTY_PAGE : { ...EMPTY_PAGE, total: undefined };
}

const EMPTY_PAGE: SessionPage = {
  sessions: new ListedSessions(new BufferedRows([])),
  total: '0',
  next: NO_POSITION,
  close: () => undefined,
};

/** The snapshot in which a row was read; on a standby, the primary's position when the reader was chosen. */
function snapshotOf(
  { layout }: StatementCache,
  reader: Reader,
  row: { readonly snapshot: string | null } | undefined,
): string | null {
  if (!layout.canCacheCounts) return null;
  return reader.snapshot ?? row?.snapshot ?? null;
}
