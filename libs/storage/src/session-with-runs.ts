import { type Run, type RunSource, runOf, type StoredSession } from '@session-service/contract';
import type { Rows } from '@session-service/database';
import { kindOf, type Steps } from '@session-service/json';
import { pythonRow, readPythonRow } from './python-row.js';
import { type SessionVersion, versionOf } from './session-versions.js';
import { type SessionOrRun, sessionOf } from './sql/read-session.sql.js';

/** A session and its runs as stored. Must be closed: a large session holds a connection while its runs arrive. */
export interface SessionWithRuns {
  readonly session: StoredSession;
  readonly runs: RunSource;
  /** Undefined unless it was asked for, and if rows have no versions. */
  readonly version?: SessionVersion | undefined;
  close(): void;
}

/** A session with its runs from the rows of `withRuns`; undefined if there are no rows. */
export async function sessionWithRuns(
  rows: Rows<SessionOrRun>,
  translateError?: (error: unknown) => unknown,
): Promise<SessionWithRuns | undefined> {
  const first = rows.take();
  if (first === undefined) return undefined;
  const session = sessionOf(first.json_text === undefined ? first : await readPythonRow(first));
  const version = versionOf(first);
  return { session, version, runs: new StoredRuns(rows, translateError), close: () => rows.close() };
}

/** The runs from the rows of `withRuns` after the session's row. `translateError` maps errors that occur while rows arrive. */
export class StoredRuns implements RunSource {
  constructor(
    private readonly rows: Rows<SessionOrRun>,
    private readonly translateError: (error: unknown) => unknown = (error) => error,
  ) {}

  *next(): Steps<Run | undefined> {
    for (;;) {
      const row = this.rows.take();
      if (row === undefined) {
        if (this.rows.isOver) return undefined;
        yield this.waitFor(this.rows.more());
      } else if (row.run !== undefined && kindOf(row.run) === 'object') {
        if (row.members === undefined) {
          const { run } = row.json_text === undefined ? row : yield* pythonRow(row);
          row.members = runOf(run ?? row.run);
        }
        return row.members;
      }
    }
  }

  *rewind(): Steps<void> {
    const rewinding = this.rows.rewind();
    if (rewinding !== undefined) yield this.waitFor(rewinding);
  }

  private async waitFor(rows: Promise<void>): Promise<void> {
    try {
      await rows;
    } catch (error) {
      throw this.translateError(error);
    }
  }
}
