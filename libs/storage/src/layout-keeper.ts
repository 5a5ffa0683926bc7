import { type Database, Deadline, isLayoutChange, SharedWork, type TableNames } from '@agno/database';
import { readLayout } from './layout.js';
import { StatementBook } from './statement-book.js';
import { createTables } from './statements/create-tables.js';
import { qualifiedTables, type Tables } from './tables.js';

/** Thrown by work that saw the tables to be others than its statements were written for. */
export class LayoutOutdated extends Error {}

/**
 * Knows how one database keeps its sessions, and notices when that changes: an upgrade from 2.x to 3.x, a column or
 * table dropped, tables created by Python. No restart and no clock is involved; the statements themselves tell.
 */
export class LayoutKeeper {
  private readonly tables: Tables;
  private known: StatementBook | undefined;
  private readonly reading = new SharedWork<StatementBook>();

  constructor(
    private readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.tables = qualifiedTables(names);
  }

  /** Runs `work` with the statements for the present layout, a second time if that turns out to have changed. */
  async with<T>(work: (book: StatementBook) => Promise<T>): Promise<T> {
    try {
      return await work(await this.book());
    } catch (error) {
      if (!(error instanceof LayoutOutdated) && !isLayoutChange(error)) throw error;
      this.known = undefined;
      return await work(await this.book());
    }
  }

  /** As `with`, for writes: an empty database gets its tables first. */
  async withTables<T>(deadline: Deadline, work: (book: StatementBook) => Promise<T>): Promise<T> {
    return this.with(async (book) => {
      if (book.layout.hasSessions) return work(book);
      await this.createTables(deadline);
      return work(await this.book());
    });
  }

  /** Creates what agno 3.1.10 would create; tables that exist are left as they are. */
  private async createTables(deadline: Deadline): Promise<void> {
    const now = `${new Date().toISOString().slice(0, -1)}000`;
    await this.database.transaction(deadline, async (run) => {
      for (const text of createTables(this.names, this.tables, now)) await run({ name: '', text }, []);
    });
    this.known = undefined;
  }

  /**
   * Requests share a reading that begins after the last of them asked, since another process may have made the tables
   * meanwhile. It is not bound to the deadline of any.
   */
  private async book(): Promise<StatementBook> {
    if (this.known !== undefined) return this.known;
    const book = await this.reading.run('layout', new Deadline(), (deadline) => this.read(deadline));
    // An empty database is looked at anew each time: Python may create its tables at any moment.
    if (book.layout.hasSessions) this.known = book;
    return book;
  }

  private async read(deadline: Deadline): Promise<StatementBook> {
    return new StatementBook(this.tables, await readLayout(this.database, this.tables, deadline));
  }
}
