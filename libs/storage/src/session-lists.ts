import { isUnnamed, type ListedSession, type TitleSource } from '@agno/contract';
import type { Database, Deadline, Reader } from '@agno/database';
import { KnownTitles } from './known-titles.js';
import type { LayoutKeeper } from './layout-keeper.js';
import { current, isImpossible } from './rows.js';
import type { StatementBook } from './statement-book.js';
import { firstTitles, type TitleRow } from './statements/first-titles.js';
import {
  type Condition,
  type CountRow,
  countSessions,
  listCondition,
  listPage,
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
  /** What names the unnamed sessions of the page, by session id. */
  readonly titles: ReadonlyMap<string, TitleSource | undefined>;
  /** Number of sessions that match, as digits. */
  readonly total: string;
}

/** Lists of one database: a page is always read; titles and totals only when they may have changed. */
export class SessionLists {
  private readonly totals = new TotalCounts();
  private readonly knownTitles = new KnownTitles();

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutKeeper,
  ) {}

  /** One page, its titles and the count of all; empty where there are no tables yet. */
  async page(query: ListQuery, deadline: Deadline): Promise<SessionPage> {
    const condition = listCondition(query);
    if (condition.values.some(isImpossible)) return EMPTY_PAGE;
    return this.layout.with(async (book) => {
      if (!book.layout.hasSessions) return EMPTY_PAGE;
      const order = { descending: query.descending, sortBy: sortColumn(query.sortBy, book) };
      const page = book.get(`page:${condition.key}:${order.sortBy}:${order.descending}`, listPage(condition, order));
      const values = [...condition.values, `${query.limit}`, `${query.offset}`];
      const reader = await this.database.reader(deadline);
      const sessions = current(await reader.query<PageRow>(page, values, deadline));
      const snapshot = snapshotOf(reader, sessions[0]);
      const [titles, total] = await Promise.all([
        this.titles(sessions.filter(isUnnamed), snapshot, book, reader, deadline),
        this.total(condition, snapshot, book, deadline),
      ]);
      return { sessions, titles, total };
    });
  }

  private async titles(
    unnamed: readonly PageRow[],
    snapshot: string | null,
    book: StatementBook,
    reader: Reader,
    deadline: Deadline,
  ) {
    const { sources, unknown } = this.knownTitles.split(unnamed, snapshot);
    if (unknown.length === 0) return sources;
    const statement = book.get('titles', firstTitles);
    const types = new Map(unknown.map(({ id, type }) => [id, type]));
    const values = [[...types.keys()], [...types.values()], unknown.map(({ version }) => version)];
    for (const row of await reader.query<TitleRow>(statement, values, deadline)) {
      const type = types.get(row.session_id) ?? '';
      sources.set(row.session_id, this.knownTitles.learn(type, row, snapshot));
    }
    return sources;
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

const EMPTY_PAGE: SessionPage = { sessions: [], titles: new Map(), total: '0' };

/** What a row was read in: a replica cannot tell, but whoever chose it could. */
function snapshotOf(reader: Reader, row: { readonly snapshot: string | null } | undefined): string | null {
  return reader.snapshot ?? row?.snapshot ?? null;
}

/** A column that the table does not have means no order at all, as in AgentOS. */
function sortColumn(name: string | undefined, book: StatementBook): string | undefined {
  return name !== undefined && book.layout.columns.has(name) ? name : undefined;
}
