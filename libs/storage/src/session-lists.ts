import type { ListedSession } from '@agno/contract';
import { type Database, type Deadline, type Reader, StoredValueTooLong } from '@agno/database';
import type { LayoutKeeper } from './layout-keeper.js';
import { current, isImpossible } from './rows.js';
import type { StatementBook } from './statement-book.js';
import {
  type Condition,
  type CountRow,
  countSessions,
  listCondition,
  listPage,
  type PageColumns,
  type PageRow,
  type SessionFilter,
  type SessionOrder,
} from './statements/list-sessions.js';
import { TotalCounts } from './total-counts.js';

/** What to list: which sessions, in what order, which page. */
export interface ListQuery extends SessionFilter, SessionOrder {
  readonly limit: bigint;
  readonly offset: bigint;
}

export interface SessionPage {
  readonly sessions: readonly ListedSession[];
  /** Number of sessions that match, as digits. */
  readonly total: string;
}

/** Lists of one database: a page is always read; totals only when they may have changed. */
export class SessionLists {
  private readonly totals = new TotalCounts();

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutKeeper,
  ) {}

  /** One page and the count of all; empty where there are no tables yet. */
  async page(query: ListQuery, deadline: Deadline): Promise<SessionPage> {
    const condition = listCondition(query);
    if (condition.values.some(isImpossible)) return EMPTY_PAGE;
    return this.layout.with(async (book) => {
      if (!book.layout.hasSessions) return EMPTY_PAGE;
      const order = { descending: query.descending, sortBy: sortColumn(query.sortBy, book) };
      const statement = (columns: PageColumns) => {
        const key = `page:${condition.key}:${order.sortBy}:${order.descending}:${columns}`;
        return book.get(key, listPage(condition, order, columns), { longValues: 'marked' });
      };
      const reader = await this.database.reader(deadline);
      const read: ReadPage = (columns, limit, offset) =>
        reader.query<PageRow>(statement(columns), [...condition.values, `${limit}`, `${offset}`], deadline);
      const sessions = current(await readPage(read, query));
      const total = await this.total(condition, snapshotOf(reader, sessions[0]), book, deadline);
      return { sessions, total };
    });
  }

  private total(
    condition: Condition,
    snapshot: string | null,
    book: StatementBook,
    deadline: Deadline,
  ): Promise<string> {
    const statement = book.get(`count:${condition.key}`, countSessions(condition));
    const key = JSON.stringify([condition.key, condition.values]);
    return this.totals.total(key, snapshot, deadline, async (shared) => {
      // Of its own: those who share the count may have asked after this page's reader was chosen.
      const reader = await this.database.reader(shared);
      const [row] = await reader.query<CountRow>(statement, condition.values, shared);
      return { total: row?.total ?? '0', snapshot: snapshotOf(reader, row) };
    });
  }
}

type ReadPage = (columns: PageColumns, limit: bigint, offset: bigint) => Promise<PageRow[]>;

/**
 * The rows of a page. Where PostgreSQL refuses to print one because its text is longer than 1 GiB, the page is read in
 * halves until that row is alone, and that one without its JSON: it must not hide the others.
 */
async function readPage(read: ReadPage, { limit, offset }: Pick<ListQuery, 'limit' | 'offset'>): Promise<PageRow[]> {
  try {
    return await read('all', limit, offset);
  } catch (error) {
    if (!(error instanceof StoredValueTooLong)) throw error;
  }
  if (limit === 1n) return read('plain', limit, offset);
  const half = limit / 2n;
  const first = await readPage(read, { limit: half, offset });
  if (BigInt(first.length) < half) return first;
  return [...first, ...(await readPage(read, { limit: limit - half, offset: offset + half }))];
}

const EMPTY_PAGE: SessionPage = { sessions: [], total: '0' };

/** What a row was read in: a replica cannot tell, but whoever chose it could. */
function snapshotOf(reader: Reader, row: { readonly snapshot: string | null } | undefined): string | null {
  return reader.snapshot ?? row?.snapshot ?? null;
}

/** A column that the table does not have means no order at all, as in AgentOS. */
function sortColumn(name: string | undefined, book: StatementBook): string | undefined {
  return name !== undefined && book.layout.columns.has(name) ? name : undefined;
}
