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
} from '@session-service/database';
import type { Steps } from '@session-service/json';
import { CountCache } from './caches.js';
import type { StatementCache } from './layout.js';
import { assertLayoutCurrent, type LayoutDetector } from './layout-detector.js';
import { pythonRow } from './python-row.js';
import {
  type CountRow,
  countSessions,
  listPage,
  type PageColumns,
  type PageRow,
  type SessionOrder,
  sortColumn,
} from './sql/list-sessions.sql.js';
import {
  containsNul,
  rejectedCharacter,
  type SessionFilter,
  type SessionScope,
  type WhereClause,
  whereClause,
} from './sql/session-filter.js';

/** Filters, order and page of a list. */
export interface ListQuery extends SessionFilter, SessionOrder {
  readonly limit: bigint;
  readonly offset: bigint;
}

/** One page of a list. Must be closed: a large page holds a connection while its sessions arrive. */
export interface SessionPage {
  readonly sessions: SessionSource;
  /** Number of sessions that match the filters, in decimal digits. */
  readonly total: string;
  close(): void;
}

const LIST_WORK = { kind: 'list' } as const;

/** Reads pages of the sessions of one database. Counts the total only if it may have changed since the last count. */
export class SessionPageReader {
  private readonly counts = new CountCache();

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutDetector,
  ) {}

  async read(scope: SessionScope, query: ListQuery): Promise<SessionPage> {
    const condition = whereClause(scope.userId, query);
    if (condition.values.some(containsNul)) return EMPTY_PAGE;
    return this.layout.withLayout(async (statements) => {
      if (!statements.layout.hasSessions) return EMPTY_PAGE;
      this.database.rejectIfOverloaded('list');
      const order = { descending: query.descending, sortBy: sortColumn(query.sortBy, statements) };
      const count = statements.get(`count:${condition.key}`, countSessions(condition));
      const reader = await this.database.reader(scope.deadline);
      let total: string | undefined;
      // If the page is read in portions, the total is counted first, in the same snapshot.
      const before = async (run: RunStatement) => {
        total = (await run<CountRow>(count, condition.values))[0]?.total;
      };
      const read: ReadPage = (columns, limit, offset) => {
        const key = `page:${condition.key}:${order.sortBy}:${order.descending}:${columns}`;
        const statement = statements.get(key, listPage(condition, order, columns), { longValues: 'marked' });
        const values = [...condition.values, `${limit}`, `${offset}`];
        return readRows<PageRow>(reader, statement, values, scope, { ...LIST_WORK, before });
      };
      const rows = new PageRows(read, query);
      try {
        await rows.more();
        const first = assertLayoutCurrent(rows).peek();
        total ??= await this.count(condition, snapshotOf(statements, reader, first), statements, count, scope.deadline);
        return { sessions: new ListedSessions(rows), total, close: () => rows.close() };
      } catch (error) {
        rows.close();
        if (rejectedCharacter(error, condition.values) === undefined) throw error;
        return EMPTY_PAGE;
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
    const filterKey = JSON.stringify([condition.key, condition.values]);
    return this.counts.total(filterKey, snapshot, deadline, async (shared) => {
      // Chooses a new reader: requests that share this count may have started after the reader of the page was chosen.
      const reader = await this.database.reader(shared);
      const [row] = await reader.query<CountRow>(count, condition.values, shared, LIST_WORK);
      return { total: row?.total ?? '0', snapshot: snapshotOf(statements, reader, row) };
    });
  }
}

type ReadPage = (columns: PageColumns, limit: bigint, offset: bigint) => Promise<Rows<PageRow>>;

/**
 * The rows of a page. If PostgreSQL fails to print a row because its text exceeds 1 GiB, reads that row without its JSON
 * columns and continues after it, so that one session cannot make the whole list fail.
 */
class PageRows implements Rows<PageRow> {
  private rows: Rows<PageRow> = new BufferedRows([]);
  /** Columns of the next read, which starts when all of `rows` are taken; undefined if no read is needed. `plain` reads one row. */
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
    const remaining = this.query.limit - this.taken;
    this.nextColumns = undefined;
    if (remaining <= 0n) return;
    this.rows = await this.read(columns, columns === 'all' ? remaining : 1n, this.query.offset + this.taken);
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

const EMPTY_PAGE: SessionPage = {
  sessions: new ListedSessions(new BufferedRows([])),
  total: '0',
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
