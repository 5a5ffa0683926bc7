import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable, isTransactionConflict, StatementTimedOut } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';
import type { WorkOptions } from '../database-reader.js';
import type { DatabaseServer } from '../database-server.js';
import { Deadline, TimeLimitExceeded, withDeadline, withTimeLimit } from '../deadline.js';
import type { CancelKey } from '../pg-internals.js';
import type { RunStatement, Work } from '../statement.js';
import {
  isAtOrPast,
  type PrimaryPosition,
  readIdentity,
  readReplayPosition,
  type WalPosition,
} from './wal-position.js';

/** Time limit in milliseconds for a read to get a connection, including the time to open one. */
const CONNECTION_TIMEOUT_MS = 250;
/** Time limit in milliseconds for the replica to replay up to the required position. */
const REPLAY_TIMEOUT_MS = 50;
/** Interval in milliseconds between two queries for the replay position. */
const REPLAY_POLL_MS = 5;
/** A running read triggers a liveness check when the replica has not responded for this time, in milliseconds. */
const LIVENESS_CHECK_AFTER_MS = 250;
/** Time limit in milliseconds for the liveness check. */
const LIVENESS_TIMEOUT_MS = 1_000;
/** Delay in milliseconds before an ejected replica is tested again, and time limit for that test. */
const READMISSION_INTERVAL_MS = 1_000;
/** Maximum age in milliseconds of a cached replay position. A replica that is promoted keeps its connections. */
const POSITION_TTL_MS = 1_000;
/** Minimum time in milliseconds between two warnings about a replica. */
const WARNING_INTERVAL_MS = 60_000;

const NOT_A_REPLICA = 'it replicates another server, or its DSN names another database';
const TOO_SLOW = 'it does not respond in time, or is behind the primary';

interface CachedPosition extends WalPosition {
  readonly readAt: number;
}

/** The replica could not serve a read, but the primary can. */
export class ReplicaFailed extends Error {}

/**
 * A standby and its state as seen by this process. It is ejected when it is unreachable or behind the primary, and
 * readmitted by a background check; no request waits for the check.
 */
export class Replica {
  /**
   * The last replay position that was read on each connection. It does not apply to other connections: after a crash a
   * standby accepts connections before it has replayed as far as it had before, and a DSN may name a load balancer.
   */
  private readonly replayed = new WeakMap<CancelKey, CachedPosition>();
  /** Initially true, so that a replica is checked before its first use. */
  private isEjected = true;
  private isReadmitting = false;
  private isCheckingLiveness = false;
  private readmissionDueAt = Number.NEGATIVE_INFINITY;
  private readonly report: ReplicaReport;
  /** Expires when the replica is found dead, so that its running reads move to the primary. */
  private loss = new Deadline();

  constructor(
    readonly server: DatabaseServer,
    log: DatabaseLog,
  ) {
    this.report = new ReplicaReport(server.id, log);
  }

  /** True if the replica can serve reads. If it is ejected, starts a readmission check when one is due. */
  isUsable(position: PrimaryPosition): boolean {
    if (!this.isEjected) return !this.server.isOverloaded('short');
    if (performance.now() >= this.readmissionDueAt) void this.tryReadmission(position);
    return false;
  }

  /** Number of running and waiting reads. */
  get load(): number {
    const { used, pending } = this.server.usage();
    return used + pending;
  }

  /**
   * Runs read-only work on a state that includes all writes before `position`.
   *
   * @throws ReplicaFailed, StatementTimedOut, or the server's error
   */
  async withConnection<T>(
    work: Work<T>,
    position: PrimaryPosition,
    deadline: Deadline,
    options: WorkOptions = {},
  ): Promise<T> {
    if (deadline.hasExpired) throw new StatementTimedOut(this.server.id);
    // Does not wait for a connection: the timeout would eject a replica that is only busy.
    if (!this.server.hasCapacityFor(options)) throw new ReplicaFailed();
    const attempt = new Deadline();
    const outcome = Promise.withResolvers<T>();
    attempt.onExpired(() => outcome.reject(new TimeLimitExceeded(TOO_SLOW)));
    const unsubscribers = [deadline, this.loss].map((source) => source.onExpired(() => attempt.expire()));
    let timer = setTimeout(() => attempt.expire(), CONNECTION_TIMEOUT_MS);
    let isReady = false;
    const workWhenReady: Work<T> = async (run, cancel, connection) => {
      clearTimeout(timer);
      timer = setTimeout(() => attempt.expire(), REPLAY_TIMEOUT_MS);
      if (!this.isKnownToInclude(position, connection)) await this.waitForReplay(run, connection, position, attempt);
      isReady = true;
      clearTimeout(timer);
      timer = setInterval(() => this.checkLiveness(), LIVENESS_CHECK_AFTER_MS);
      return work(run, cancel, connection);
    };
    this.server.withConnection(attempt, workWhenReady, options).then(outcome.resolve, outcome.reject);
    try {
      return await outcome.promise;
    } catch (error) {
      if (deadline.hasExpired) throw new StatementTimedOut(this.server.id);
      if (isTransactionConflict(error)) throw new ReplicaFailed('', { cause: error });
      if (isReady && !attempt.hasExpired && !(error instanceof DatabaseUnavailable)) throw error;
      this.eject(error);
      throw new ReplicaFailed('', { cause: error });
    } finally {
      clearTimeout(timer);
      for (const unsubscribe of unsubscribers) unsubscribe();
    }
  }

  private isKnownToInclude(position: PrimaryPosition, connection: CancelKey): boolean {
    const replayed = this.replayed.get(connection);
    return (
      replayed !== undefined && performance.now() - replayed.readAt < POSITION_TTL_MS && isAtOrPast(replayed, position)
    );
  }

  /** Waits until the replica has replayed up to `position`. @throws TimeLimitExceeded when `deadline` expires */
  private async waitForReplay(
    run: RunStatement,
    connection: CancelKey,
    position: PrimaryPosition,
    deadline: Deadline,
  ): Promise<void> {
    while (!deadline.hasExpired) {
      const readAt = performance.now();
      const reached = await readReplayPosition(run);
      // Behind a pooler the two process ids differ: it may replace the server's process while this connection stays
      // open.
      if (reached?.processId === connection.processID) this.replayed.set(connection, { ...reached, readAt });
      else this.replayed.delete(connection);
      // The work must not start after a late response, since its caller has given up.
      if (deadline.hasExpired) break;
      if (reached !== undefined && isAtOrPast(reached, position)) return;
      await sleep(REPLAY_POLL_MS);
    }
    throw new TimeLimitExceeded(TOO_SLOW);
  }

  private eject(reason: unknown): void {
    if (!this.isEjected) this.readmissionDueAt = performance.now() + READMISSION_INTERVAL_MS;
    this.isEjected = true;
    this.report.ejected(reason);
  }

  private readmit(): void {
    this.isEjected = false;
    this.report.readmitted();
  }

  /** Readmits the replica if it belongs to this primary and replays in time. Never rejects. */
  private async tryReadmission(position: PrimaryPosition): Promise<void> {
    if (this.isReadmitting) return;
    this.isReadmitting = true;
    try {
      await withTimeLimit(READMISSION_INTERVAL_MS, (deadline) =>
        this.server.withConnection(deadline, async (run, _cancel, connection) => {
          if ((await readIdentity(run)) !== position.identity) throw new Error(NOT_A_REPLICA);
          await withDeadline(REPLAY_TIMEOUT_MS, (replayDeadline) =>
            this.waitForReplay(run, connection, position, replayDeadline),
          );
        }),
      );
      this.readmit();
    } catch (error) {
      this.eject(error);
      this.readmissionDueAt = performance.now() + READMISSION_INTERVAL_MS;
    } finally {
      this.isReadmitting = false;
    }
  }

  private checkLiveness(): void {
    if (!this.isCheckingLiveness && !this.server.hasRespondedWithin(LIVENESS_CHECK_AFTER_MS)) void this.probeServer();
  }

  /** Ejects a dead replica. Does not use a pooled connection, since slow reads may use all of them. Never rejects. */
  private async probeServer(): Promise<void> {
    this.isCheckingLiveness = true;
    const isAlive = await this.server.acceptsConnections(LIVENESS_TIMEOUT_MS);
    this.isCheckingLiveness = false;
    if (isAlive) return;
    this.eject(new TimeLimitExceeded('it does not respond'));
    this.loss.expire();
    this.loss = new Deadline();
  }
}

/** Logs when a replica is ejected or readmitted, but not the same state or reason twice in a row. */
class ReplicaReport {
  /** The reason of the last reported ejection; null after a reported readmission. */
  private reported: string | null | undefined;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly id: string,
    private readonly log: DatabaseLog,
  ) {}

  readmitted(): void {
    if (this.reported === null) return;
    this.reported = null;
    this.log.log(`Replica '${this.id}' serves reads`);
  }

  ejected(error: unknown): void {
    const now = performance.now();
    const reason = describeReason(error);
    if (this.reported === reason || now - this.warnedAt < WARNING_INTERVAL_MS) return;
    this.reported = reason;
    this.warnedAt = now;
    this.log.warn(`Replica '${this.id}' was ejected: ${reason}`);
  }
}

function describeReason(error: unknown): string {
  const reason = error instanceof DatabaseUnavailable ? error.cause : error;
  return reason instanceof Error ? reason.message : 'no reason given';
}
