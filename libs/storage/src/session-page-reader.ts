import type { ListedSession, SessionSource } from '@session-service/contract';
import {
  BufferedRows,
  type Database,
  type Deadline,
  type Reader,
  type Rows,
  type RunStatement,
  readRows,
  type Statement,
  StoredValueTooLong,
  type WorkLimits,
} from '@session-service/database';
import { CountCache } from './caches.js';
import { assertLayoutCurrent, containsNul, type LayoutDetector, type StatementCache } from './layout.js';
import {
  type CountRow,
  countSessions,
  listPage,
  type PageColumns,
  type PageRow,
  type SessionFilter,
  type SessionOrder,
  type WhereClause,
  whereClause,
} from './sql/list-sessions.sql.js';

/** What to list: which sessions, in what order, which page. */
export interface ListQuery extends SessionFilter, SessionOrder {
  readonly limit: bigint;
  readonly offset: bigint;
}

/** A page. To be closed: the sessions of a large one keep a connection while they arrive. */
export interface SessionPage {
  readonly sessions: SessionSource;
  /** Number of sessions that match, as digits. */
  readonly total: string;
  close(): void;
}

const AS_LIST = { kind: 'list' } as const;

/** Lists of one database: a page is always read; totals only when they may have changed. */
export class SessionPageReader {
  private readonly counts = new CountCache();

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutDetector,
  ) {}

  /** One page and the count of all; empty where there are no tables yet. */
  async read(query: ListQuery, limits: WorkLimits): Promise<SessionPage> {
    const condition = whereClause(query);
    if (condition.values.some(containsNul)) return EMPTY_PAGE;
    return this.layout.withLayout(async (book) => {
      if (!book.layout.hasSessions) return EMPTY_PAGE;
      this.database.rejectIfOverloaded('list');
      const order = { descending: query.descending, sortBy: sortColumn(query.sortBy, book) };
      const count = book.get(`count:${condition.key}`, countSessions(condition));
      const reader = await this.database.reader(limits.deadline);
      let total: string | undefined;
      // A page that is read in portions is counted in its own snapshot.
      const before = async (run: RunStatement) => {
        total = (await run<CountRow>(count, condition.values))[0]?.total;
      };
      const read: ReadPage = (columns, limit, offset) => {
        const key = `page:${condition.key}:${order.sortBy}:${order.descending}:${columns}`;
        const statement = book.get(key, listPage(condition, order, columns), { longValues: 'marked' });
        const values = [...condition.values, `${limit}`, `${offset}`];
        return readRows<PageRow>(reader, statement, values, limits, { ...AS_LIST, before });
      };
      const rows = new PageRows(read, query);
      try {
        await rows.more();
        const snapshot = snapshotOf(reader, assertLayoutCurrent(rows).peek());
        total ??= await this.count(condition, snapshot, count, limits.deadline);
        return { sessions: sessionSource(rows), total, close: () => rows.close() };
      } catch (error) {
        rows.close();
        throw error;
      }
    });
  }

  private count(
    condition: WhereClause,
    snapshot: string | null,
    count: Statement,
    deadline: Deadline,
  ): Promise<string> {
    const key = JSON.stringify([condition.key, condition.values]);
    return this.counts.total(key, snapshot, deadline, async (shared) => {
      // Of its own: those who share the count may have asked after this page's reader was chosen.
      const reader = await this.database.reader(shared);
      const [row] = await reader.query<CountRow>(count, condition.values, shared, AS_LIST);
      return { total: row?.total ?? '0', snapshot: snapshotOf(reader, row) };
    });
  }
}

type ReadPage = (columns: PageColumns, limit: bigint, offset: bigint) => Promise<Rows<PageRow>>;

/**
 * The rows of a page. Where PostgreSQL refuses to print one because its text is longer than 1 GiB, that row is read without
 * its JSON, and the page goes on behind it: it must not hide the others.
 */
class PageRows implements Rows<PageRow> {
  private rows: Rows<PageRow> = new BufferedRows([]);
  /** How the rest of the page is read when these rows are over; undefined where they are its end. */
  private nextColumns: PageColumns | undefined = 'all';
  private taken = 0n;

  constructor(
    private readonly read: ReadPage,
    private readonly query: Pick<ListQuery, 'limit' | 'offset'>,
  ) {}

  peek(): PageRow | undefined {
    return this.rows.peek();
  }

  take(): PageRow | undefined {
    const row = this.rows.take();
    if (row !== undefined) this.taken++;
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
    const left = this.query.limit - this.taken;
    this.nextColumns = undefined;
    if (left <= 0n) return;
    this.rows = await this.read(columns, columns === 'all' ? left : 1n, this.query.offset + this.taken);
    if (columns === 'plain') this.nextColumns = 'all';
  }
}

function sessionSource(rows: Rows<ListedSession>): SessionSource {
  return {
    *next() {
      for (;;) {
        const row = rows.take();
        if (row !== undefined || rows.isOver) return row;
        yield rows.more();
      }
    },
  };
}

const EMPTY_PAGE: SessionPage = { sessions: sessionSource(new BufferedRows([])), total: '0', close: () => undefined };

/** What a row was read in: a replica cannot tell, but whoever chose it could. */
function snapshotOf(reader: Reader, row: { readonly snapshot: string | null } | undefined): string | null {
  return reader.snapshot ?? row?.snapshot ?? null;
}

/** A column that the table does not have means no order at all, as in AgentOS. */
function sortColumn(name: string | undefined, book: StatementCache): string | undefined {
  return name !== undefined && book.layout.columns.has(name) ? name : undefined;
}
