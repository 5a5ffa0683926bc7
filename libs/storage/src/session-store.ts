import { type SessionType, type StoredSession } from '@agno/contract';
import {
  type Database,
  type Deadline,
  type Reader,
  type SqlValue,
  type Statement,
  sqlState,
  type TableNames,
} from '@agno/database';
import { arrayOf, type RawJson } from '@agno/json';
import { LayoutKeeper, LayoutOutdated } from './layout-keeper.js';
import { current, isImpossible, type Upgradable } from './rows.js';
import { type ListQuery, SessionLists, type SessionPage } from './session-lists.js';
import type { StatementBook, StatementOptions } from './statement-book.js';
import {
  type CreatedRow,
  createSession,
  createSessionWithRuns,
  createValues,
  type NewSession,
  storedSession,
} from './statements/create-session.js';
import { type DeleteRow, deleteSessions } from './statements/delete-sessions.js';
import { ownSession } from './statements/own-session.js';
import { type RunRow, readRun } from './statements/read-run.js';
import { readSession } from './statements/read-session.js';
import { renameSession, type SessionChange, updateSession, updateValues } from './statements/update-session.js';
import { type RunDetail, type SessionOrRun, type SessionWithRuns, sessionWithRuns } from './statements/with-runs.js';

/** A run of a new session has an id that exists in another session. */
export class RunIdTaken extends Error {}

/** The id of a new session is longer than the primary key's index can hold. How long that is depends on the text. */
export class SessionIdTooLong extends Error {}

/** Sessions and runs of one database. Every method takes the deadline of the request it works for. */
export class SessionStore {
  private readonly layout: LayoutKeeper;
  private readonly lists: SessionLists;

  constructor(
    readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.layout = new LayoutKeeper(database, names);
    this.lists = new SessionLists(database, this.layout);
  }

  /** Whether the schema has a table of that name. */
  async hasTable(table: string, deadline: Deadline): Promise<boolean> {
    const rows = await this.database.query(FIND_TABLE, [this.names.schema, table], deadline);
    return rows.length > 0;
  }

  /** One page and the count of all; empty where there are no tables yet. */
  list(query: ListQuery, deadline: Deadline): Promise<SessionPage> {
    return this.lists.page(query, deadline);
  }

  /** A session with its runs, or undefined when there is none (of that user). */
  read(
    id: string,
    userId: string | undefined,
    detail: RunDetail,
    deadline: Deadline,
  ): Promise<SessionWithRuns | undefined> {
    return this.whole(this.anywhere, `read:${detail}`, readSession(detail), [id, userId ?? null], deadline);
  }

  /** One run with what its answer needs of the session, or undefined when there is no such session. */
  async readRun(
    id: string,
    userId: string | undefined,
    runId: string,
    deadline: Deadline,
  ): Promise<RunRow | undefined> {
    // No stored run has an id with NUL; the session may exist all the same.
    const values = [id, userId ?? null, isImpossible(runId) ? null : runId];
    return (await this.rows<RunRow>(this.anywhere, 'run', readRun, values, deadline))[0];
  }

  /** Stores a new session; undefined when its id is taken, by whomever. Errors: RunIdTaken, SessionIdTooLong. */
  async create(session: NewSession, deadline: Deadline): Promise<StoredSession | undefined> {
    const type = session.session_type;
    const values = createValues(session);
    return this.layout.withTables(deadline, async (book) => {
      const hasRuns = session.runs.length > 0;
      const statement = hasRuns
        ? book.get(`create-with-runs:${type}`, createSessionWithRuns(type), MARKED)
        : book.get(`create:${type}`, createSession(type), MARKED);
      try {
        const all = hasRuns ? [...values, arrayOf(session.runs)] : values;
        const [created] = await this.database.query<CreatedRow>(statement, all, deadline);
        return created && storedSession(session, created);
      } catch (error) {
        throw refusalOf(error);
      }
    });
  }

  /** Whether there is a session of that id and that user, of whatever type. */
  async owns(userId: string | null, id: string, deadline: Deadline): Promise<boolean> {
    return (await this.rows(this.onPrimary, 'owns', ownSession, [id, userId], deadline)).length > 0;
  }

  /** Changes a session and returns it with its runs, or undefined when there is none (of that user). */
  update(
    id: string,
    userId: string | undefined,
    change: SessionChange,
    now: number,
    deadline: Deadline,
  ): Promise<SessionWithRuns | undefined> {
    return this.whole(this.onPrimary, 'update', updateSession, updateValues(id, userId, change, now), deadline);
  }

  /** Renames a session (of that type, of that user) and returns it with its runs. `name` is JSON text. */
  rename(
    id: string,
    userId: string | undefined,
    type: SessionType | undefined,
    name: RawJson,
    deadline: Deadline,
  ): Promise<SessionWithRuns | undefined> {
    return this.whole(this.onPrimary, 'rename', renameSession, [id, userId ?? null, type ?? null, name], deadline);
  }

  /** Deletes sessions (of that user) with all that belongs to them. Ids that do not exist are no error. */
  async delete(ids: readonly string[], userId: string | undefined, deadline: Deadline): Promise<void> {
    const possible = ids.filter((id) => !isImpossible(id));
    if (possible.length === 0 || isImpossible(userId)) return;
    await this.layout.with(async (book) => {
      if (!book.layout.hasSessions) return;
      const statement = book.get('delete', deleteSessions);
      const [row] = await this.database.query<DeleteRow>(statement, [possible, userId ?? null], deadline);
      if (row?.stale === 't') throw new LayoutOutdated();
    });
  }

  /** A session with its runs from the rows of a statement that ends in `withRuns`. */
  private async whole(
    choose: ChooseReader,
    key: string,
    build: (book: StatementBook) => string,
    values: readonly SqlValue[],
    deadline: Deadline,
  ): Promise<SessionWithRuns | undefined> {
    const options: StatementOptions = { nulls: 'omitted', ...(choose === this.onPrimary ? MARKED : {}) };
    return sessionWithRuns(await this.rows<SessionOrRun>(choose, key, build, values, deadline, options));
  }

  /** The rows of a statement about one session; none where there are no tables, or where no row can match. */
  private async rows<Row extends Upgradable>(
    choose: ChooseReader,
    key: string,
    build: (book: StatementBook) => string,
    values: readonly SqlValue[],
    deadline: Deadline,
    options?: StatementOptions,
  ): Promise<Row[]> {
    if (values.some(isImpossible)) return [];
    return this.layout.with(async (book) => {
      if (!book.layout.hasSessions) return [];
      const server = await choose(deadline);
      return current(await server.query<Row>(book.get(key, build, options), values, deadline));
    });
  }

  private readonly anywhere: ChooseReader = (deadline) => this.database.reader(deadline);
  /** For statements that write, and for those whose answer is about a write before them. */
  private readonly onPrimary: ChooseReader = () => this.database;
}

/** A change that was made is not answered with an error: what is too long to be read is null in its response. */
const MARKED: StatementOptions = { longValues: 'marked' };

type ChooseReader = (deadline: Deadline) => Reader | Promise<Reader>;

const FIND_TABLE: Statement = {
  name: 'find-table',
  text: 'SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2',
};

function refusalOf(error: unknown): unknown {
  switch (sqlState(error)) {
    case '23505':
      return new RunIdTaken();
    case '54000':
      return new SessionIdTooLong();
    default:
      return error;
  }
}
