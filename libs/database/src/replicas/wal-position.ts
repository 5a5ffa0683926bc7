import { sqlState } from '../database-errors.js';
import type { DatabaseServer } from '../database-server.js';
import type { Deadline } from '../deadline.js';
import { namedStatement, type RunStatement } from '../statement.js';

/** A position in the history of a primary: the timeline, which changes with every failover, and a WAL position (LSN). */
export interface WalPosition {
  readonly timeline: string;
  readonly lsn: bigint;
}

/** The flushed WAL position of a primary. A standby that has replayed past it can serve reads. */
export interface PrimaryPosition extends WalPosition {
  /** System identifier and database name, equal on a primary and its standbys. */
  readonly identity: string;
  /** The start of the primary in seconds since 1970, with microseconds. */
  readonly startedAt: string;
  /**
   * Identifies the data of a standby that has replayed all WAL: equal strings mean that nothing was written in between.
   * Null if the primary had WAL that was not flushed. `pg_current_snapshot` would not do: without waiting for a flush
   * (`synchronous_commit=off`) the primary shows commits before its standbys, with a synchronous standby after them.
   */
  readonly content: string | null;
}

/**
 * Replay position of a standby, with the id of the server process that reported it: after a crash of the standby, a new
 * process may report an earlier position.
 */
export interface ReplayPosition extends WalPosition {
  readonly processId: number;
}

/**
 * Reads the flushed WAL position of the primary, which includes every acknowledged write. Undefined if the server is a
 * standby, not PostgreSQL, or acknowledges writes before flushing them (`synchronous_commit=off`).
 * Errors: those of `DatabaseServer`.
 */
export async function readPrimaryPosition(
  primary: DatabaseServer,
  deadline: Deadline,
): Promise<PrimaryPosition | undefined> {
  try {
    const [row] = await primary.queryWithin<PrimaryPositionRow>(
      RESPONSE_TIMEOUT_MS,
      READ_PRIMARY_POSITION,
      [],
      deadline,
    );
    if (row?.stored !== 't') return undefined;
    const { timeline, byte, identity, content, started_at: startedAt } = row;
    return { timeline, lsn: BigInt(byte), identity, startedAt, content };
  } catch (error) {
    if (sqlState(error) !== undefined) return undefined;
    throw error;
  }
}

/** Reads the replay position of a standby; undefined for a server that was never a standby. */
export async function readReplayPosition(run: RunStatement): Promise<ReplayPosition | undefined> {
  const [row] = await run<ReplayPositionRow>(READ_REPLAY_POSITION, []);
  return row?.byte == null
    ? undefined
    : { timeline: row.timeline, lsn: BigInt(row.byte), processId: Number(row.process) };
}

/** Reads the server's value of `PrimaryPosition.identity`. */
export async function readIdentity(run: RunStatement): Promise<string | undefined> {
  const [row] = await run<Pick<PrimaryPositionRow, 'identity'>>(READ_IDENTITY, []);
  return row?.identity;
}

/** True if a standby at `reached` has replayed all before `target`. False for other timelines, which may diverge. */
export function isAtOrPast(reached: WalPosition, target: WalPosition): boolean {
  return reached.timeline === target.timeline && reached.lsn >= target.lsn;
}

interface PrimaryPositionRow {
  readonly stored: 't' | 'f';
  readonly timeline: string;
  readonly byte: string;
  readonly identity: string;
  readonly started_at: string;
  readonly content: string | null;
}

interface ReplayPositionRow {
  readonly timeline: string;
  readonly byte: string | null;
  readonly process: string;
}

/** Time limit in milliseconds for the primary's response. */
const RESPONSE_TIMEOUT_MS = 1_000;

const IDENTITY_EXPRESSION = "system_identifier || ' ' || current_database()";

/** Flushed, not inserted position: WAL records that no commit waits for may be sent to standbys minutes later. */
const READ_PRIMARY_POSITION = namedStatement(
  'primary-position',
  `SELECT current_setting('synchronous_commit') <> 'off' AS stored, lsn - '0/0' AS byte,
      substr(pg_walfile_name(lsn), 1, 8) AS timeline, ${IDENTITY_EXPRESSION} AS identity,
      extract(epoch FROM pg_postmaster_start_time()) AS started_at,
      CASE WHEN pg_current_wal_insert_lsn() <= lsn
        THEN concat_ws(' ', system_identifier, pg_postmaster_start_time(), pg_walfile_name(lsn), lsn) END AS content
    FROM pg_current_wal_flush_lsn() AS lsn, pg_control_system()`,
);

/**
 * A promoted standby keeps its replay position, but reports no timeline. A standby that follows a new primary records
 * the new timeline only at its next restart point; until then only `received_tli` shows it, to roles that may read
 * pg_stat_wal_receiver. Uses the greater one: no standby requests a timeline that forked before its own position.
 */
const READ_REPLAY_POSITION = namedStatement(
  'replica-position',
  `SELECT upper(lpad(to_hex(greatest(min_recovery_end_timeline, received_tli)), 8, '0')) AS timeline,
      pg_last_wal_replay_lsn() - '0/0' AS byte, pg_backend_pid() AS process
    FROM pg_control_recovery() LEFT JOIN pg_stat_wal_receiver ON true`,
);

const READ_IDENTITY = namedStatement(
  'replica-identity',
  `SELECT ${IDENTITY_EXPRESSION} AS identity FROM pg_control_system()`,
);
