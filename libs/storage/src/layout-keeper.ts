import { type Database, Deadline, isLayoutChange, RequestCoalescer, type TableNames } from '@agno/database';
import { readLayout } from './layout.js';
import { StatementCache } from './statement-book.js';
import { createTables } from './statements/create-tables.js';
import { qualifiedTables, type Tables } from './tables.js';

/** Thrown by work that saw the tables to be others than its statements were written for. */
export class LayoutOutdated extends Error {}

/**
 * Knows how one database keeps its sessions, and notices when that changes: an upgrade from 2.x to 3.x, a column or
 * table dropped, tables created by Python. No restart and no clock is involved; the statements themselves tell.
 */
export class LayoutDetector {
  private readonly tables: Tables;
  private cached: StatementCache | undefined;
  private readonly coalescer = new RequestCoalescer<StatementCache>();

  constructor(
    private readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.tables = qualifiedTables(names);
  }

  /** Runs `work` with the statements for the present layout, a second time if that turns out to have changed. */
  async withLayout<T>(work: (book: StatementCache) => Promise<T>): Promise<T> {
    try {
      return await work(await this.statements());
    } catch (error) {
      if (!(error instanceof LayoutOutdated) && !isLayoutChange(error)) throw error;
      this.cached = undefined;
      return await work(await this.statements());
    }
  }

  /** As `with`, for writes: an empty database gets its tables first. */
  async withTables<T>(deadline: Deadline, work: (book: StatementCache) => Promise<T>): Promise<T> {
    return this.withLayout(async (book) => {
      if (book.layout.hasSessions) return work(book);
      await this.createTables(deadline);
      return work(await this.statements());
    });
  }

  /** Creates what agno 3.1.10 would create; tables that exist are left as they are. */
  private async createTables(deadline: Deadline): Promise<void> {
    const now = `${new Date().toISOString().slice(0, -1)}000`;
    await this.database.transaction(deadline, async (run) => {
      for (const text of createTables(this.names, this.tables, now)) await run({ name: '', text }, []);
    });
    this.cached = undefined;
  }

  /**
   * Requests share a reading that begins after the last of them asked, since another process may have made the tables
   * meanwhile. It is not bound to the deadline of any.
   */
  private async statements(): Promise<StatementCache> {
    if (this.cached !== undefined) return this.cached;
    const book = await this.coalescer.run('layout', new Deadline(), (deadline) => this.read(deadline));
    // An empty database is looked at anew each time: Python may create its tables at any moment.
    if (book.layout.hasSessions) this.cached = book;
    return book;
  }

  private async read(deadline: Deadline): Promise<StatementCache> {
    return new StatementCache(this.tables, await readLayout(this.database, this.tables, deadline));
  }
}
