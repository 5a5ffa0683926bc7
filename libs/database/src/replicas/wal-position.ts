import { sqlState } from '../database-errors.js';
import type { DatabaseServer } from '../database-server.js';
import type { Deadline } from '../deadline.js';
import { namedStatement, type RunStatement } from '../statement.js';

/** A place in the history of a primary: the timeline, which changes with every fail-over, and a byte in its log. */
export interface WalPosition {
  readonly timeline: string;
  readonly lsn: bigint;
}

/** What a primary had done at a moment. */
export interface PrimaryPosition extends WalPosition {
  /** Which database of which server it is: the same on a primary and its standbys. */
  readonly identity: string;
  /** The transactions that could be seen, in words that stay the same while nothing is committed. */
  readonly snapshot: string;
}

/**
 * Up to where the primary has stored its log by now: a write that was acknowledged to anybody is part of it. Undefined
 * where nobody can tell: the server is no PostgreSQL, or a standby itself, or acknowledges what it has not stored
 * (`synchronous_commit=off`). Errors: those of `DatabaseServer`.
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
    const { timeline, byte, identity, snapshot } = row;
    return { timeline, lsn: BigInt(byte), identity, snapshot };
  } catch (error) {
    if (sqlState(error) !== undefined) return undefined;
    throw error;
  }
}

/** How far a standby has replayed; undefined for a server that never was one. */
export async function readReplayPosition(run: RunStatement): Promise<WalPosition | undefined> {
  const [row] = await run<ReplayPositionRow>(READ_REPLAY_POSITION, []);
  return row?.byte == null ? undefined : { timeline: row.timeline, lsn: BigInt(row.byte) };
}

/** What the server calls a mark's `identity`. */
export async function readIdentity(run: RunStatement): Promise<string | undefined> {
  const [row] = await run<Pick<PrimaryPositionRow, 'identity'>>(READ_IDENTITY, []);
  return row?.identity;
}

/** Whether what was written before `place` is part of `reached`. Timelines part ways, so another one never is. */
export function isAtOrPast(reached: WalPosition, place: WalPosition): boolean {
  return reached.timeline === place.timeline && reached.lsn >= place.lsn;
}

interface PrimaryPositionRow {
  readonly stored: 't' | 'f';
  readonly timeline: string;
  readonly byte: string;
  readonly identity: string;
  readonly snapshot: string;
}

interface ReplayPositionRow {
  readonly timeline: string;
  readonly byte: string | null;
}

/** How long a primary may take to say where it is, in milliseconds. */
const RESPONSE_TIMEOUT_MS = 1_000;

const IDENTITY_EXPRESSION = "system_identifier || ' ' || current_database()";

/** The end of what was inserted would not do: records that nobody waits for may stay in memory for minutes. */
const READ_PRIMARY_POSITION = namedStatement(
  'replica-mark',
  `SELECT current_setting('synchronous_commit') <> 'off' AS stored, lsn - '0/0' AS byte,
      substr(pg_walfile_name(lsn), 1, 8) AS timeline, ${IDENTITY_EXPRESSION} AS identity, pg_current_snapshot() || ' ' || pg_postmaster_start_time() AS snapshot
    FROM pg_current_wal_flush_lsn() AS lsn, pg_control_system()`,
);

/**
 * A promoted standby keeps the position at which it was promoted, but no timeline. One that goes on with another primary
 * writes the new timeline down at its next restart point only; that it gets it, if it may be known who sends what, says the
 * same: a standby asks nobody for a timeline that parted from its own before where it is.
 */
const READ_REPLAY_POSITION = namedStatement(
  'replica-position',
  `SELECT upper(lpad(to_hex(greatest(min_recovery_end_timeline, received_tli)), 8, '0')) AS timeline,
      pg_last_wal_replay_lsn() - '0/0' AS byte
    FROM pg_control_recovery() LEFT JOIN pg_stat_wal_receiver ON true`,
);

const READ_IDENTITY = namedStatement(
  'replica-identity',
  `SELECT ${IDENTITY_EXPRESSION} AS identity FROM pg_control_system()`,
);
