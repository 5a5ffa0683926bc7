import {
  type Database,
  type Deadline,
  RequestCoalescer,
  type SqlValue,
  type Statement,
  untranslatableCharacter,
} from '@session-service/database';
import type { LayoutStatement, StatementCache } from './layout.js';
import { isUpgraded, type LayoutDetector, LayoutOutdated } from './layout-detector.js';
import { readRun } from './sql/read-run.sql.js';
import { type RunDetail, readSession } from './sql/read-session.sql.js';
import { containsNul, type SessionScope, sessionParameters } from './sql/session-filter.js';
import {
  type FoundVersion,
  notePrimary,
  sessionVersion,
  sessionVersions,
  type VersionedPart,
  type VersionedRow,
} from './sql/session-version.sql.js';

/** Identifies the rows that a response shows. Equal versions mean equal rows. */
export interface SessionVersion {
  /** The rows, as far as one server is concerned. */
  readonly rows: string;
  /** The start of the server; on a replica that of the primary, whose rows it has. */
  readonly server: string;
  /** False if a crash of the server could undo the rows, and others get the same `rows` then, but not the same checkpoint. */
  readonly isFlushed: boolean;
  /** The server's last checkpoint, if the rows are not flushed or the reader needs it. */
  readonly checkpoint: string | undefined;
}

/** Selects the rows that a version covers. */
export interface VersionReference {
  readonly id: string;
  readonly part: VersionedPart;
  /** Of the part `run`. */
  readonly runId?: string;
}

/** A session whose version a request waits for: the parameters of `sessionVersion`. */
interface WantedVersion {
  readonly parameters: readonly (string | null)[];
  readonly needsCheckpoint: boolean;
}

/** Age in milliseconds of a running statement from which a request does not wait for it, for example for a very long session. */
const MAX_WAIT_MS = 20;

const NOT_RUNNING = Number.POSITIVE_INFINITY;

type FoundVersions = ReadonlyMap<WantedVersion, SessionVersion | undefined>;

/** Reads versions of sessions without reading what they identify. Concurrent requests share one statement. */
export class SessionVersions {
  private readonly coalescer = new RequestCoalescer<FoundVersions>();
  /** The requests of the next statement for each part. */
  private readonly waiting: Record<VersionedPart, WantedVersion[]> = { session: [], runs: [], run: [] };
  /** When the running statements of several requests have started. */
  private readonly startedAt = { session: NOT_RUNNING, runs: NOT_RUNNING, run: NOT_RUNNING };

  constructor(
    private readonly database: Database,
    private readonly layout: LayoutDetector,
  ) {}

  /**
   * The version of a session. Undefined if there is no such session, or rows have no versions: then a response has no
   * ETag, and must be sent.
   *
   * @param needsCheckpoint also if the rows are flushed
   */
  async read(
    scope: SessionScope,
    { id, part, runId }: VersionReference,
    needsCheckpoint: boolean,
  ): Promise<SessionVersion | undefined> {
    const parameters = [...sessionParameters(scope, id), ...(runId === undefined ? [] : [runId])];
    if (parameters.some(containsNul)) return undefined;
    const wanted = { parameters, needsCheckpoint };
    if (performance.now() - this.startedAt[part] > MAX_WAIT_MS) {
      return (await this.readAll(part, [wanted], scope.deadline)).get(wanted);
    }
    this.waiting[part].push(wanted);
    return (await this.coalescer.run(part, scope.deadline, (deadline) => this.readWaiting(part, deadline))).get(wanted);
  }

  private async readWaiting(part: VersionedPart, deadline: Deadline): Promise<FoundVersions> {
    this.startedAt[part] = performance.now();
    try {
      return await this.readAll(part, this.waiting[part].splice(0), deadline);
    } finally {
      this.startedAt[part] = NOT_RUNNING;
    }
  }

  private readAll(part: VersionedPart, batch: readonly WantedVersion[], deadline: Deadline): Promise<FoundVersions> {
    const needsCheckpoint = batch.some((wanted) => wanted.needsCheckpoint);
    return this.layout.withLayout(async (statements) => {
      if (!statements.layout.hasRowVersions) return NO_VERSIONS;
      const [statement, values] = versionStatement(statements, part, batch, needsCheckpoint);
      const reader = await this.database.reader(deadline);
      const rows = await reader.query<FoundVersion>(statement, values, deadline).catch((error: unknown) => {
        // The database's encoding lacks a character of an id, perhaps that of another request: all get their responses.
        if (untranslatableCharacter(error) === undefined) throw error;
        return [];
      });
      if (isUpgraded(rows[0])) throw new LayoutOutdated();
      const found = new Map<WantedVersion, SessionVersion | undefined>();
      for (const row of rows) {
        notePrimary(row, reader);
        const wanted = batch[Number(row.ordinal ?? 1) - 1];
        if (wanted !== undefined) found.set(wanted, versionOf(row));
      }
      return found;
    });
  }
}

/** The statement for one session takes less time than that for several. */
function versionStatement(
  statements: StatementCache,
  part: VersionedPart,
  batch: readonly WantedVersion[],
  needsCheckpoint: boolean,
): [Statement, readonly SqlValue[]] {
  const suffix = needsCheckpoint ? ':checkpoint' : '';
  const [first] = batch;
  if (batch.length === 1 && first !== undefined) {
    return [statements.get(`version:${part}${suffix}`, sessionVersion(part, needsCheckpoint)), first.parameters];
  }
  const arrays = Array.from({ length: part === 'run' ? 3 : 2 }, (_, index) =>
    batch.map(({ parameters }) => parameters[index] ?? null),
  );
  return [statements.get(`versions:${part}${suffix}`, sessionVersions(part, needsCheckpoint)), arrays];
}

const NO_VERSIONS: FoundVersions = new Map();

const VERSIONED = { options: { nulls: 'omitted' }, isVersioned: true } as const;

type VersionedRead = `${RunDetail}:version`;

/** The part of a session to read: no runs, all runs in some detail, or these with the version of both. */
export type ReadPart = 'none' | RunDetail | VersionedRead;

/** Statements that read a session with its runs and their version. */
export const READ_VERSIONED: Record<VersionedRead, LayoutStatement> = {
  'whole:version': { ...VERSIONED, key: 'read:whole:version', build: readSession('whole', true) },
  'detail:version': { ...VERSIONED, key: 'read:detail:version', build: readSession('detail', true), willRewind: true },
  'preview:version': { ...VERSIONED, key: 'read:preview:version', build: readSession('preview', true) },
  'measured-preview:version': {
    ...VERSIONED,
    key: 'read:measured-preview:version',
    build: readSession('measured-preview', true),
  },
};

/** Reads one run with the version of its session and itself. */
export const READ_VERSIONED_RUN: LayoutStatement = { key: 'run:version', build: readRun(true), isVersioned: true };

/** The version from a row with `versionColumns`, if it has one. */
export function versionOf(row: VersionedRow | undefined): SessionVersion | undefined {
  if (row?.read_version == null || row.read_server == null) return undefined;
  // A replica that has been promoted since it was chosen does not show the primary's rows.
  if (row.primary !== undefined && row.read_on_standby !== 't') return undefined;
  return {
    rows: row.read_version,
    server: row.primary ?? row.read_server,
    // Without a checkpoint, all was flushed a moment later.
    isFlushed: row.read_flushed === 't' || row.read_checkpoint == null,
    checkpoint: row.read_checkpoint ?? undefined,
  };
}
