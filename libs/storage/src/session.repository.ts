import type { RunSource, SessionType, StoredSession } from '@session-service/contract';
import {
  BufferedRows,
  ChangeResultUnavailable,
  type Database,
  type Deadline,
  type Rows,
  readRows,
  type SqlValue,
  type Statement,
  sqlState,
  type TableNames,
  type WorkLimits,
} from '@session-service/database';
import { arrayOf, type RawJson } from '@session-service/json';
import {
  assertLayoutCurrent,
  containsNul,
  type LayoutCheckedRow,
  LayoutDetector,
  LayoutOutdated,
  type StatementCache,
  type StatementOptions,
} from './layout.js';
import { type ListQuery, type SessionPage, SessionPageReader } from './session-page-reader.js';
import {
  type CreatedRow,
  createSession,
  createSessionWithRuns,
  createValues,
  type NewSession,
  storedSession,
} from './sql/create-session.sql.js';
import { type DeleteRow, deleteSessions } from './sql/delete-sessions.sql.js';
import { type RunRow, readRun } from './sql/read-run.sql.js';
import {
  findOwnedSession,
  type RunDetail,
  readSession,
  type SessionOrRun,
  StoredRuns,
  sessionOf,
} from './sql/read-session.sql.js';
import { renameSession, type SessionChange, updateSession, updateValues } from './sql/update-session.sql.js';

/** A run of a new session has an id that exists in another session. */
export class RunIdTaken extends Error {}

/** The id of a new session is longer than the primary key's index can hold. How long that is depends on the text. */
export class SessionIdTooLong extends Error {}

/** A session and its runs as stored. To be closed: the runs of a large session keep a connection while they arrive. */
export interface SessionWithRuns {
  readonly session: StoredSession;
  readonly runs: RunSource;
  close(): void;
}

/** Sessions and runs of one database. Every method takes what bounds the request it works for. */
export class SessionRepository {
  private readonly layout: LayoutDetector;
  private readonly pages: SessionPageReader;

  constructor(
    readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.layout = new LayoutDetector(database, names);
    this.pages = new SessionPageReader(database, this.layout);
  }

  /** Whether the schema has a table of that name. */
  async hasTable(table: string, deadline: Deadline): Promise<boolean> {
    const rows = await this.database.query(FIND_TABLE, [this.names.schema, table], deadline);
    return rows.length > 0;
  }

  /** One page and the count of all; empty where there are no tables yet. */
  list(query: ListQuery, limits: WorkLimits): Promise<SessionPage> {
    return this.pages.read(query, limits);
  }

  /** A session with its runs, or undefined when there is none (of that user). */
  async read(
    id: string,
    userId: string | undefined,
    detail: RunDetail,
    limits: WorkLimits,
  ): Promise<SessionWithRuns | undefined> {
    const values = [id, userId ?? null];
    return sessionWithRuns(
      await this.rows(values, async (book) => {
        const statement = book.get(`read:${detail}`, readSession(detail), { nulls: 'omitted' });
        const reader = await this.database.reader(limits.deadline);
        return readRows<SessionOrRun>(reader, statement, values, limits, { willRewind: detail === 'detail' });
      }),
    );
  }

  /** One run with what its answer needs of the session, or undefined when there is no such session. */
  async readRun(
    id: string,
    userId: string | undefined,
    runId: string,
    limits: WorkLimits,
  ): Promise<RunRow | undefined> {
    // No stored run has an id with NUL; the session may exist all the same.
    const values = [id, userId ?? null, containsNul(runId) ? null : runId];
    const rows = await this.rows(values, async (book) => {
      const reader = await this.database.reader(limits.deadline);
      return readRows<RunRow>(reader, book.get('run', readRun), values, limits);
    });
    return rows.take();
  }

  /** Stores a new session; undefined when its id is taken, by whomever. Errors: RunIdTaken, SessionIdTooLong. */
  async create(session: NewSession, deadline: Deadline): Promise<SessionWithRuns | undefined> {
    const type = session.session_type;
    const values = createValues(session);
    return this.layout.withTables(deadline, async (book) => {
      const hasRuns = session.runs.length > 0;
      const statement = hasRuns
        ? book.get(`create-with-runs:${type}`, createSessionWithRuns(type), MARK_OVERSIZED)
        : book.get(`create:${type}`, createSession(type), MARK_OVERSIZED);
      try {
        const all = hasRuns ? [...values, arrayOf(session.runs)] : values;
        const [created] = await this.database.query<CreatedRow>(statement, all, deadline);
        if (created === undefined) return undefined;
        const runs = new BufferedRows<SessionOrRun>(session.runs.map((run) => ({ run })));
        return { session: storedSession(session, created), runs: new StoredRuns(runs), close: () => undefined };
      } catch (error) {
        throw translateInsertError(error);
      }
    });
  }

  /** Whether there is a session of that id and that user, of whatever type. */
  async owns(userId: string | null, id: string, deadline: Deadline): Promise<boolean> {
    const values = [id, userId];
    const rows = await this.rows(values, async (book) => {
      return new BufferedRows(
        await this.database.query<LayoutCheckedRow>(book.get('owns', findOwnedSession), values, deadline),
      );
    });
    return rows.take() !== undefined;
  }

  /** Changes a session and returns it with its runs, or undefined when there is none (of that user). */
  update(
    id: string,
    userId: string | undefined,
    change: SessionChange,
    now: number,
    limits: WorkLimits,
  ): Promise<SessionWithRuns | undefined> {
    return this.change(id, 'update', updateSession, updateValues(id, userId, change, now), limits);
  }

  /** Renames a session (of that type, of that user) and returns it with its runs. `name` is JSON text. */
  rename(
    id: string,
    userId: string | undefined,
    type: SessionType | undefined,
    name: RawJson,
    limits: WorkLimits,
  ): Promise<SessionWithRuns | undefined> {
    return this.change(id, 'rename', renameSession, [id, userId ?? null, type ?? null, name], limits);
  }

  /** Deletes sessions (of that user) with all that belongs to them. Ids that do not exist are no error. */
  async delete(ids: readonly string[], userId: string | undefined, deadline: Deadline): Promise<void> {
    const possible = ids.filter((id) => !containsNul(id));
    if (possible.length === 0 || containsNul(userId)) return;
    await this.layout.withLayout(async (book) => {
      if (!book.layout.hasSessions) return;
      const statement = book.get('delete', deleteSessions);
      const [row] = await this.database.query<DeleteRow>(statement, [possible, userId ?? null], deadline);
      if (row?.stale === 't') throw new LayoutOutdated();
    });
  }

  /**
   * The session as a statement that changes it returns it; where that is large, as it is read behind the change.
   *
   * @throws ChangeNotShown
   */
  private async change(
    id: string,
    key: string,
    build: (book: StatementCache) => string,
    values: readonly SqlValue[],
    limits: WorkLimits,
  ): Promise<SessionWithRuns | undefined> {
    const changed = await this.rows(values, async (book) => {
      const statement = book.get(key, build, { nulls: 'omitted', ...MARK_OVERSIZED });
      const rows = await this.database.change<SessionOrRun>(statement, values, limits);
      return rows === undefined ? TOO_LARGE : new BufferedRows(rows);
    });
    if (changed !== TOO_LARGE) return sessionWithRuns(changed);
    try {
      const rows = await this.rows([], (book) => {
        const statement = book.get('read:changed', readSession('detail'), { nulls: 'omitted', ...MARK_OVERSIZED });
        return readRows<SessionOrRun>(this.database, statement, [id, null], limits, {
          willRewind: true,
          isLarge: true,
        });
      });
      return sessionWithRuns(rows, (error) => new ChangeResultUnavailable(error));
    } catch (error) {
      throw new ChangeResultUnavailable(error);
    }
  }

  /** The rows of a statement about one session; none where there are no tables, or where no row can match. */
  private async rows<Row extends LayoutCheckedRow>(
    values: readonly SqlValue[],
    read: (book: StatementCache) => Promise<Rows<Row>>,
  ): Promise<Rows<Row>> {
    if (values.some(containsNul)) return new BufferedRows([]);
    return this.layout.withLayout(async (book) => {
      if (!book.layout.hasSessions) return new BufferedRows([]);
      return assertLayoutCurrent(await read(book));
    });
  }
}

/** Stands for the rows of a change that are too large to be held at once. */
const TOO_LARGE = new BufferedRows<SessionOrRun>([]);

/** A session with its runs from rows of `withRuns`; undefined where there are none. */
function sessionWithRuns(rows: Rows<SessionOrRun>, errorOf?: (error: unknown) => unknown): SessionWithRuns | undefined {
  const first = rows.take();
  return first && { session: sessionOf(first), runs: new StoredRuns(rows, errorOf), close: () => rows.close() };
}

/** A change that was made is not answered with an error: what is too long to be read is null in its response. */
const MARK_OVERSIZED: StatementOptions = { longValues: 'marked' };

const FIND_TABLE: Statement = {
  name: 'find-table',
  text: 'SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2',
};

function translateInsertError(error: unknown): unknown {
  switch (sqlState(error)) {
    case '23505':
      return new RunIdTaken();
    case '54000':
      return new SessionIdTooLong();
    default:
      return error;
  }
}
