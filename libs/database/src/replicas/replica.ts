import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable, isRecoveryConflict, StatementTimedOut } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';
import type { WorkOptions } from '../database-reader.js';
import type { DatabaseServer } from '../database-server.js';
import { Deadline, TimeLimitExceeded, withDeadline, withTimeLimit } from '../deadline.js';
import type { RunStatement, Work } from '../statement.js';
import {
  isAtOrPast,
  type PrimaryPosition,
  readIdentity,
  readReplayPosition,
  type WalPosition,
} from './wal-position.js';

/** A replica that comes and goes is not reported more often than this, in milliseconds. */
const REPORT_INTERVAL_MS = 60_000;

/** Tells the log whether a replica is read, or why not, each time that this changes for longer. */
export class ReplicaReport {
  private lastMessage: string | undefined;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly id: string,
    private readonly log: DatabaseLog,
  ) {}

  reportInUse(): void {
    const words = `Replica '${this.id}' is read`;
    if (this.lastMessage === words) return;
    this.lastMessage = words;
    this.log.log(words);
  }

  /** May be called as often as it is found left out. */
  reportEjected(reason: unknown): void {
    const now = performance.now();
    const words = `Replica '${this.id}' is left out: ${describeReason(reason)}`;
    if (this.lastMessage === words || now - this.warnedAt < REPORT_INTERVAL_MS) return;
    this.lastMessage = words;
    this.warnedAt = now;
    this.log.warn(words);
  }
}

function describeReason(reason: unknown): string {
  const error = reason instanceof DatabaseUnavailable ? reason.cause : reason;
  return error instanceof Error ? error.message : 'no reason given';
}

/** How long a read waits for a connection, which may have to be made, and then for what it must see. In milliseconds. */
const CONNECTION_TIMEOUT_MS = 250;
const REPLAY_TIMEOUT_MS = 50;
/** A read that runs so long on a replica that says nothing wants to know whether it lives, in milliseconds. */
const LIVENESS_CHECK_AFTER_MS = 250;
/** How long a replica may take to open its door, in milliseconds. */
const LIVENESS_TIMEOUT_MS = 1_000;
/** How long to wait before it is asked again how far it is, in milliseconds. */
const REPLAY_POLL_MS = 5;
/** A replica that was left out is looked at again after so long, in milliseconds; and has as long for its answer. */
const READMISSION_INTERVAL_MS = 1_000;
/** A position is believed so long, in milliseconds: nobody rebuilds a replica from an older backup in that time. */
const POSITION_TTL_MS = 1_000;

/** A read was not done by a replica, whose fault that is. It can be done elsewhere. */
export class ReplicaFailed extends Error {}

/**
 * A standby as far as this process knows it. It is left out of service while it cannot be reached or is behind; nobody
 * waits for it to come back, a look in the background finds out.
 */
export class Replica {
  private replayed: (WalPosition & { readonly heardAt: number }) | undefined;
  /** At first nobody knows. */
  private isEjected = true;
  private isReadmitting = false;
  private isCheckingLiveness = false;
  private readmissionDueAt = Number.NEGATIVE_INFINITY;
  private readonly report: ReplicaReport;
  /** Passes when the replica is found dead, so that the reads which run on it are done elsewhere. */
  private loss = new Deadline();

  constructor(
    readonly server: DatabaseServer,
    log: DatabaseLog,
  ) {
    this.report = new ReplicaReport(server.id, log);
  }

  /** Whether reads may go to it. To ask has it looked at again when that is due. */
  isUsable(mark: PrimaryPosition): boolean {
    if (!this.isEjected) return !this.server.isOverloaded('short');
    if (performance.now() >= this.readmissionDueAt) void this.tryReadmission(mark);
    return false;
  }

  /** Reads that it has before it. */
  get load(): number {
    const { used, pending } = this.server.usage();
    return used + pending;
  }

  /**
   * Does work that changes nothing on a state that includes what the primary had done at `mark`.
   *
   * @throws ReplicaFailed, StatementTimedOut, or what the server says against the statement
   */
  async withConnection<T>(
    work: Work<T>,
    mark: PrimaryPosition,
    deadline: Deadline,
    options: WorkOptions = {},
  ): Promise<T> {
    if (deadline.hasExpired) throw new StatementTimedOut(this.server.id);
    // That it is busy is no fault of it, which the wait for a connection would be.
    if (!this.server.hasCapacityFor(options)) throw new ReplicaFailed();
    const attempt = new Deadline();
    const outcome = Promise.withResolvers<T>();
    attempt.onExpired(() => outcome.reject(new TimeLimitExceeded(TOO_SLOW)));
    const forget = [deadline, this.loss].map((each) => each.onExpired(() => attempt.expire()));
    let impatience = setTimeout(() => attempt.expire(), CONNECTION_TIMEOUT_MS);
    let isReady = false;
    const workWhenReady: Work<T> = async (run, cancel) => {
      clearTimeout(impatience);
      impatience = setTimeout(() => attempt.expire(), REPLAY_TIMEOUT_MS);
      if (!this.isKnownToInclude(mark)) await this.waitForReplay(run, mark, attempt);
      isReady = true;
      clearTimeout(impatience);
      impatience = setInterval(() => this.checkLiveness(), LIVENESS_CHECK_AFTER_MS);
      return work(run, cancel);
    };
    this.server.withConnection(attempt, workWhenReady, options).then(outcome.resolve, outcome.reject);
    try {
      return await outcome.promise;
    } catch (error) {
      if (deadline.hasExpired) throw new StatementTimedOut(this.server.id);
      if (isRecoveryConflict(error)) throw new ReplicaFailed('', { cause: error });
      if (isReady && !attempt.hasExpired && !(error instanceof DatabaseUnavailable)) throw error;
      this.eject(error);
      throw new ReplicaFailed('', { cause: error });
    } finally {
      clearTimeout(impatience);
      for (const each of forget) each();
    }
  }

  private isKnownToInclude(mark: PrimaryPosition): boolean {
    const { replayed } = this;
    return (
      replayed !== undefined && performance.now() - replayed.heardAt < POSITION_TTL_MS && isAtOrPast(replayed, mark)
    );
  }

  /** Waits until the replica has replayed what had been done at `mark`. @throws OutOfTime when `deadline` passes */
  private async waitForReplay(run: RunStatement, mark: PrimaryPosition, deadline: Deadline): Promise<void> {
    while (!deadline.hasExpired) {
      const heardAt = performance.now();
      const reached = await readReplayPosition(run);
      this.replayed = reached && { ...reached, heardAt };
      // An answer that came too late must not begin what nobody waits for.
      if (deadline.hasExpired) break;
      if (reached !== undefined && isAtOrPast(reached, mark)) return;
      await sleep(REPLAY_POLL_MS);
    }
    throw new TimeLimitExceeded(TOO_SLOW);
  }

  private eject(reason: unknown): void {
    if (!this.isEjected) this.readmissionDueAt = performance.now() + READMISSION_INTERVAL_MS;
    this.isEjected = true;
    this.report.reportEjected(reason);
  }

  private readmit(): void {
    this.isEjected = false;
    this.report.reportInUse();
  }

  /** Takes it in when it is what its DSN should name, and keeps up as a read wants it to. Never rejects. */
  private async tryReadmission(mark: PrimaryPosition): Promise<void> {
    if (this.isReadmitting) return;
    this.isReadmitting = true;
    try {
      await withTimeLimit(READMISSION_INTERVAL_MS, (look) =>
        this.server.withConnection(look, async (run) => {
          if ((await readIdentity(run)) !== mark.identity) throw new Error(NOT_A_REPLICA);
          await withDeadline(REPLAY_TIMEOUT_MS, (deadline) => this.waitForReplay(run, mark, deadline));
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

  /** All its connections may be busy with slow reads: whether it lives is asked at the door. Never rejects. */
  private async probeServer(): Promise<void> {
    this.isCheckingLiveness = true;
    const isAlive = await this.server.acceptsConnections(LIVENESS_TIMEOUT_MS);
    this.isCheckingLiveness = false;
    if (isAlive) return;
    this.eject(new TimeLimitExceeded('it does not answer'));
    this.loss.expire();
    this.loss = new Deadline();
  }
}

const NOT_A_REPLICA = 'it is a replica of another server, or another database of it';
const TOO_SLOW = 'it does not answer in time, or is behind the primary';
