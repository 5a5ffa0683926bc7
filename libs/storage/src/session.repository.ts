import { Logger } from '@nestjs/common';
import type { EditableSession, SessionType } from '@session-service/contract';
import {
  BufferedRows,
  ChangeResultUnavailable,
  type Database,
  type Deadline,
  type Rows,
  type SqlValue,
  type Statement,
  type TableNames,
} from '@session-service/database';
import { arrayOf, type RawJson } from '@session-service/json';
import type { LayoutStatement, StatementCache } from './layout.js';
import { isUpgraded, LayoutDetector, LayoutOutdated } from './layout-detector.js';
import { readPythonRow } from './python-row.js';
import { RunPageReader } from './run-page-reader.js';
import { type ListQuery, type SessionPage, SessionPageReader } from './session-page-reader.js';
import { READ_VERSIONED, READ_VERSIONED_RUN, type ReadPart, SessionVersions } from './session-versions.js';
import { type SessionWithRuns, StoredRuns, sessionWithRuns } from './session-with-runs.js';
import {
  type CreatedRow,
  createParameters,
  createSession,
  createSessionWithRuns,
  type NewSession,
  storedSession,
} from './sql/create-session.sql.js';
import { type DeleteRow, type Deletion, deleteSessions, lockSessions } from './sql/delete-sessions.sql.js';
import {
  type Decide,
  type EditableRow,
  type LockedSession,
  lockedSession,
  readEditable,
} from './sql/editable-session.sql.js';
import { type ExistingRunRow, existingRuns } from './sql/existing-runs.sql.js';
import { type ComponentRow, listComponents } from './sql/list-components.sql.js';
import { type RunRow, readRun } from './sql/read-run.sql.js';
import { findSession, readSession, readSessionRow, type SessionOrRun } from './sql/read-session.sql.js';
import { renameSession } from './sql/rename-session.sql.js';
import { containsNul, rejectedCharacter, type SessionScope, sessionParameters } from './sql/session-filter.js';
import { type SessionChange, updateParameters, updateSession } from './sql/update-session.sql.js';
import { assertReadable, isStatementError, translateInsertError, translateStoreError } from './storage-errors.js';
import { UsageReader } from './usage-reader.js';

/** Sessions and runs of one database. A session outside of a method's scope is treated like one that does not exist. */
export class SessionRepository {
  readonly versions: SessionVersions;
  readonly runPages: RunPageReader;
  readonly usage: UsageReader;
  private readonly layout: LayoutDetector;
  private readonly pages: SessionPageReader;
  private readonly logger = new Logger('Storage');

  constructor(
    readonly database: Database,
    private readonly names: TableNames,
  ) {
    this.layout = new LayoutDetector(database, names);
    this.pages = new SessionPageReader(database, this.layout);
    this.versions = new SessionVersions(database, this.layout);
    this.runPages = new RunPageReader(this.layout, this.versions);
    this.usage = new UsageReader(database, this.layout);
  }

  /** True if the configured schema has a table of that name. */
  async hasTable(table: string, deadline: Deadline): Promise<boolean> {
    const rows = await this.database.query(FIND_TABLE, [this.names.schema, table], deadline);
    return rows.length > 0;
  }

  /** One page and the total. Empty if there are no tables yet. @throws InvalidPosition */
  list(scope: SessionScope, query: ListQuery): Promise<SessionPage> {
    return this.pages.read(scope, query);
  }

  /**
   * The agents, teams and workflows that have sessions, at most MAX_COMPONENTS of each.
   *
   * @param userId only sessions of this user; undefined: all sessions
   * @throws DatabaseOverloaded
   */
  async components(userId: string | undefined, deadline: Deadline): Promise<readonly ComponentRow[]> {
    const values = userId === undefined ? [] : [userId];
    if (values.some(containsNul)) return [];
    return this.layout.withLayout(async (statements) => {
      if (!statements.layout.hasSessions) return [];
      this.database.rejectIfOverloaded('list');
      const scope = userId === undefined ? 'all' : 'user';
      const statement = statements.get(`components:${scope}`, listComponents(scope));
      const reader = await this.database.reader(deadline);
      return reader.query<ComponentRow>(statement, values, deadline, { kind: 'list' }).catch((error: unknown) => {
        if (rejectedCharacter(error, values) === undefined) throw error;
        return [];
      });
    });
  }

  /** A session with its runs; undefined if it does not exist. @param part 'none': no runs, but the version */
  async read(scope: SessionScope, id: string, part: ReadPart): Promise<SessionWithRuns | undefined> {
    return sessionWithRuns(await this.layout.select(scope, READ[part], sessionParameters(scope, id)));
  }

  /** As `read` with the detail of a session, from the primary: it sees what the request has found out there. */
  async readCurrent(scope: SessionScope, id: string): Promise<SessionWithRuns | undefined> {
    return sessionWithRuns(await this.layout.select(scope, READ_CURRENT, sessionParameters(scope, id)));
  }

  /** The values of a session that clients can change; undefined if it does not exist. */
  async readEditable(scope: SessionScope, id: string): Promise<EditableSession | undefined> {
    const row = (await this.layout.select<EditableRow>(scope, READ_EDITABLE, sessionParameters(scope, id))).take();
    return row && readPythonRow(row);
  }

  /** One run, or undefined if there is no such session. @param isVersioned with the columns for `versionOf` */
  async readRun(scope: SessionScope, id: string, runId: string, isVersioned = false): Promise<RunRow | undefined> {
    // No run has an id with NUL, but the statement must still run: the text of the 404 depends on whether the session
    // exists.
    const values = [...sessionParameters(scope, id), containsNul(runId) ? null : runId];
    try {
      const row = (await this.layout.select<RunRow>(scope, isVersioned ? READ_VERSIONED_RUN : READ_RUN, values)).take();
      return row && readPythonRow(row);
    } catch (error) {
      if (rejectedCharacter(error, [runId]) === undefined) throw error;
      return this.readRun(scope, id, '\0', isVersioned);
    }
  }

  /** Those of the ids that runs of the session have. */
  async existingRuns(scope: SessionScope, id: string, runIds: readonly string[]): Promise<ReadonlySet<string>> {
    const storable = runIds.filter((runId) => !containsNul(runId));
    if (storable.length === 0) return new Set();
    try {
      const rows = await this.layout.select<ExistingRunRow>(scope, EXISTING_RUNS, [
        ...sessionParameters(scope, id),
        storable,
      ]);
      const found = new Set<string>();
      for (let row = rows.take(); row !== undefined; row = rows.take()) if (row.run_id !== null) found.add(row.run_id);
      rows.close();
      return found;
    } catch (error) {
      const character = rejectedCharacter(error, storable);
      if (character === undefined) throw error;
      return this.existingRuns(
        scope,
        id,
        storable.filter((runId) => !runId.includes(character)),
      );
    }
  }

  /** True if the session exists. Reads from the primary. */
  async exists(scope: SessionScope, id: string): Promise<boolean> {
    return (await this.layout.select(scope, FIND_SESSION, sessionParameters(scope, id))).take() !== undefined;
  }

  /**
   * Stores a new session. Returns undefined if its id is taken, even by a session outside of the scope.
   *
   * @throws RunIdTaken, SessionIdTooLong, ValueTooLarge, UnstorableCharacter
   */
  async create({ deadline }: SessionScope, session: NewSession): Promise<SessionWithRuns | undefined> {
    const { session_type: type, runs } = session;
    const hasRuns = runs.length > 0;
    const parameters = createParameters(session);
    assertReadable([...parameters, ...runs]);
    const values = hasRuns ? [...parameters, arrayOf(runs)] : parameters;
    return this.layout.withTables(deadline, hasRuns, async (statements) => {
      const statement = hasRuns
        ? statements.get(`create-with-runs:${type}`, createSessionWithRuns(type), MARK_LONG_VALUES)
        : statements.get(`create:${type}`, createSession(type), MARK_LONG_VALUES);
      try {
        const [created] = await this.database.query<CreatedRow>(statement, values, deadline);
        if (created === undefined) return undefined;
        if (isUpgraded(created)) throw new LayoutOutdated();
        const rows = new BufferedRows<SessionOrRun>(runs.map((run) => ({ run })));
        return { session: storedSession(session, created), runs: new StoredRuns(rows), close: () => undefined };
      } catch (error) {
        throw translateInsertError(error, values);
      }
    });
  }

  /**
   * Changes a session and returns it with its runs; undefined if it does not exist.
   *
   * @param change a function if it depends on the stored values
   * @throws ValueTooLarge, UnstorableCharacter, ChangeResultUnavailable
   */
  update(
    scope: SessionScope,
    id: string,
    change: SessionChange | Decide<SessionChange>,
    now: number,
  ): Promise<SessionWithRuns | undefined> {
    if (typeof change !== 'function') return this.change(scope, UPDATE, updateParameters(scope, id, change, now));
    return this.change(scope, UPDATE, sessionParameters(scope, id), async (printed, stored) =>
      updateParameters(scope, id, await change(printed, stored), now),
    );
  }

  /**
   * Renames a session and returns it with its runs; undefined if it does not exist or has another type.
   *
   * @param name JSON text
   * @param check called with the stored values, if the session has the type
   * @throws ValueTooLarge, UnstorableCharacter, ChangeResultUnavailable
   */
  rename(
    scope: SessionScope,
    id: string,
    type: SessionType | undefined,
    name: RawJson,
    check?: Decide<void>,
  ): Promise<SessionWithRuns | undefined> {
    const values = [...sessionParameters(scope, id), type ?? null, name];
    if (check === undefined) return this.change(scope, RENAME, values);
    return this.change(scope, RENAME, values, async (printed, stored) => {
      if (type === undefined || stored.session_type === type) await check(printed, stored);
      return values;
    });
  }

  /**
   * Deletes a session and all that belongs to it. Does nothing if it does not exist, like AgentOS.
   *
   * @param check called with the stored values
   */
  delete(scope: SessionScope, id: string, check?: Decide<void>): Promise<void> {
    return this.remove(scope, [id], false, check);
  }

  /**
   * Deletes sessions and all that belongs to them. Like AgentOS, ignores ids that do not exist; without an owner, deletes
   * the rows that deleted sessions with these ids have left in other tables.
   */
  deleteMany(scope: SessionScope, ids: readonly string[]): Promise<void> {
    return this.remove(scope, ids, scope.userId === undefined);
  }

  /** Like AgentOS, keeps stored tool results, with a warning, when they cannot be deleted. */
  private async remove(
    scope: SessionScope,
    ids: readonly string[],
    leftovers: boolean,
    check?: Decide<void>,
  ): Promise<void> {
    const { userId } = scope;
    const storableIds = ids.filter((id) => !containsNul(id));
    if (storableIds.length === 0 || containsNul(userId)) return;
    try {
      await this.removeStorable(scope, storableIds, leftovers, check);
    } catch (error) {
      const character = rejectedCharacter(error, [userId, ...storableIds]);
      if (character === undefined) throw error;
      if (userId?.includes(character)) return;
      const otherIds = storableIds.filter((id) => !id.includes(character));
      await this.remove(scope, otherIds, leftovers, check);
    }
  }

  private removeStorable(
    scope: SessionScope,
    ids: readonly string[],
    leftovers: boolean,
    check: Decide<void> | undefined,
  ): Promise<void> {
    const values = [ids, scope.userId ?? null];
    return this.layout.withLayout(async (statements) => {
      const { hasSessions, cascade } = statements.layout;
      if (!hasSessions) return;
      const count = ids.length === 1 ? 'one' : 'many';
      const first = statements.get(`lock:${count}`, (cache) => lockSessions(cache, count));
      const run = async (deletion: Deletion) => {
        const build = (cache: StatementCache) => deleteSessions(cache, deletion);
        const statement = statements.get(`delete:${Object.values(deletion).join(':')}`, build, { first });
        const rows =
          check === undefined
            ? await this.database.query<DeleteRow>(statement, values, scope.deadline)
            : await this.database.changeLocked<DeleteRow, LockedSession>(
                statement,
                lockedSession(statements, 'delete', [ids[0] ?? '', scope.userId ?? null], async (printed, stored) => {
                  await check(printed, stored);
                  return values;
                }),
                scope,
              );
        const row = rows?.[0];
        if (row?.stale === 't') throw new LayoutOutdated();
      };
      try {
        await run({ ids: count, leftovers, results: true });
      } catch (error) {
        if (!cascade.includes('toolResults') || !isStatementError(error)) throw error;
        await run({ ids: count, leftovers, results: false });
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn(
          `Sessions of database '${this.database.id}' were deleted without their tool results: ${reason}`,
        );
      }
    });
  }

  /**
   * Runs a statement that changes a session and returns it. A session that is too large to be buffered, or whose runs
   * have another layout since an upgrade, is read again after the change.
   *
   * @param values begins with `sessionParameters`
   * @param decide returns the values to be used instead
   * @throws ValueTooLarge
   * @throws UnstorableCharacter if the database's encoding lacks a character of a value to be stored
   * @throws ChangeResultUnavailable if the second read fails; the change has been made
   */
  private async change(
    scope: SessionScope,
    { key, build }: ChangeStatement,
    values: readonly SqlValue[],
    decide?: Decide<readonly SqlValue[]>,
  ): Promise<SessionWithRuns | undefined> {
    if (values.some(containsNul)) return undefined;
    assertReadable(values);
    let sent: readonly SqlValue[] = values;
    const changed = await this.layout.withLayout(async (statements) => {
      if (!statements.layout.hasSessions) return NO_ROWS;
      const changing =
        decide === undefined
          ? this.database.change<SessionOrRun>(statements.get(key, build, CHANGE_OPTIONS), values, scope)
          : this.database.changeLocked<SessionOrRun, LockedSession>(
              statements.get(`${key}:locked`, build, LOCKED_CHANGE_OPTIONS),
              lockedSession(statements, 'change', values.slice(0, 2), async (printed, stored) => {
                sent = await decide(printed, stored);
                assertReadable(sent);
                return sent;
              }),
              scope,
            );
      const rows = await changing.catch((error: unknown) => {
        if (rejectedCharacter(error, values.slice(0, 2)) !== undefined) return [];
        throw translateStoreError(error, sent);
      });
      // The change does not depend on the layout and must not be made twice, so only its result is read again.
      if (!isUpgraded(rows?.[0])) return rows && new BufferedRows(rows);
      this.layout.forget();
      return undefined;
    });
    if (changed !== undefined) return sessionWithRuns(changed);
    try {
      // Without the user id: the statement has already checked the owner.
      const rows = await this.layout.select<SessionOrRun>(scope, READ_CHANGED, [values[0] ?? null, null]);
      return await sessionWithRuns(rows, (error) => new ChangeResultUnavailable(error));
    } catch (error) {
      throw new ChangeResultUnavailable(error);
    }
  }
}

type ChangeStatement = Pick<LayoutStatement, 'key' | 'build'>;

const NO_ROWS: Rows<SessionOrRun> = new BufferedRows([]);

const OMIT_NULLS = { nulls: 'omitted' } as const;
/** For changes: a value that is too long to be read becomes null in the response, and the change is kept. */
const MARK_LONG_VALUES = { longValues: 'marked' } as const;
const CHANGE_OPTIONS = { ...OMIT_NULLS, ...MARK_LONG_VALUES };
/** A change of a locked session is undone if it makes a value too long that was read before. */
const LOCKED_CHANGE_OPTIONS = { ...OMIT_NULLS, longValues: { markedExcept: ['session_data', 'metadata', 'summary'] } };

const READ: Record<ReadPart, LayoutStatement> = {
  ...READ_VERSIONED,
  whole: { key: 'read:whole', build: readSession('whole'), options: OMIT_NULLS },
  detail: { key: 'read:detail', build: readSession('detail'), options: OMIT_NULLS, willRewind: true },
  preview: { key: 'read:preview', build: readSession('preview'), options: OMIT_NULLS },
  'measured-preview': { key: 'read:measured-preview', build: readSession('measured-preview'), options: OMIT_NULLS },
  none: { key: 'read:none', build: readSessionRow, options: OMIT_NULLS, isVersioned: true },
};
const READ_CURRENT: LayoutStatement = { ...READ.detail, onPrimary: true };
const READ_EDITABLE: LayoutStatement = { key: 'read:editable', build: readEditable };
const READ_RUN: LayoutStatement = { key: 'run', build: readRun(false) };
const EXISTING_RUNS: LayoutStatement = { key: 'existing-runs', build: existingRuns };
const FIND_SESSION: LayoutStatement = { key: 'exists', build: findSession, onPrimary: true };
const UPDATE: ChangeStatement = { key: 'update', build: updateSession };
const RENAME: ChangeStatement = { key: 'rename', build: renameSession };
const READ_CHANGED: LayoutStatement = {
  ...READ.detail,
  key: 'read:changed',
  options: CHANGE_OPTIONS,
  onPrimary: true,
  isLarge: true,
};

const FIND_TABLE: Statement = {
  name: 'find-table',
  text: 'SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2',
};
