import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable, isReplayConflict, StatementTimedOut } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';
import type { DatabaseServer } from '../database-server.js';
import { Deadline, OutOfTime, withTimeLimit } from '../deadline.js';
import type { Run, SqlValue, Statement } from '../statement.js';
import { includes, type Mark, replayedBy, type WalPosition } from './wal-position.js';

/** How long a read waits for a connection, which may have to be made, and then for what it must see. In milliseconds. */
const CONNECTION_MS = 250;
const REPLAY_MS = 50;
/** A read that runs so long on a replica that says nothing has it looked at, in milliseconds. */
const SUSPICION_MS = 250;
/** How long to wait before it is asked again how far it is, in milliseconds. */
const PAUSE_MS = 5;
/** A replica that was left out is looked at again after so long, in milliseconds; and has as long for its answer. */
const LOOK_MS = 1_000;
/** A position is believed so long, in milliseconds: nobody rebuilds a replica from an older backup in that time. */
const BELIEVED_MS = 1_000;
/** A replica that comes and goes is not reported more often than this, in milliseconds. */
const SILENCE_MS = 60_000;

/** A read was not done by a replica, whose fault that is. It can be done elsewhere. */
export class ReplicaFailed extends Error {}

/**
 * A standby as far as this process knows it. It is left out of service while it cannot be reached or is behind; nobody
 * waits for it to come back, a look in the background finds out.
 */
export class Replica {
  private replayed: (WalPosition & { readonly heardAt: number }) | undefined;
  /** At first nobody knows. */
  private isLeftOut = true;
  private isLooking = false;
  private lookAt = Number.NEGATIVE_INFINITY;
  /** What the log was last told, and when it was told of trouble. */
  private said: 'used' | 'left out' | undefined;
  private warnedAt = Number.NEGATIVE_INFINITY;
  /** Passes when the replica is found dead, so that the reads which run on it are done elsewhere. */
  private death = new Deadline();

  constructor(
    readonly server: DatabaseServer,
    private readonly log: DatabaseLog,
  ) {}

  /** Whether reads may go to it. To ask has it looked at again when that is due. */
  isUsable(mark: Mark): boolean {
    if (!this.isLeftOut) return !this.server.isCrowded();
    if (performance.now() >= this.lookAt) void this.lookAgain(mark);
    return false;
  }

  /** Reads that it has before it. */
  get load(): number {
    const { used, pending } = this.server.use();
    return used + pending;
  }

  /**
   * Runs a statement on a state that includes what the primary had done at `mark`.
   *
   * @throws ReplicaFailed, StatementTimedOut, or what the server says against the statement
   */
  async read<Row>(statement: Statement, values: readonly SqlValue[], mark: Mark, deadline: Deadline): Promise<Row[]> {
    if (deadline.hasPassed) throw new StatementTimedOut(this.server.id);
    const attempt = new Deadline();
    const outcome = Promise.withResolvers<Row[]>();
    attempt.onPassed(() => outcome.reject(new OutOfTime('it does not answer, or is behind the primary')));
    const forget = [deadline, this.death].map((each) => each.onPassed(() => attempt.pass()));
    let impatience = setTimeout(() => attempt.pass(), CONNECTION_MS);
    let isReady = false;
    const work = async (run: Run) => {
      clearTimeout(impatience);
      impatience = setTimeout(() => attempt.pass(), REPLAY_MS);
      await this.catchUp(run, mark, attempt);
      isReady = true;
      clearTimeout(impatience);
      impatience = setInterval(() => this.suspect(mark), SUSPICION_MS);
      return run<Row>(statement, values);
    };
    this.server.work(attempt, work).then(outcome.resolve, outcome.reject);
    try {
      return await outcome.promise;
    } catch (error) {
      if (deadline.hasPassed) throw new StatementTimedOut(this.server.id);
      if (isReplayConflict(error)) throw new ReplicaFailed('', { cause: error });
      if (isReady && !attempt.hasPassed && !(error instanceof DatabaseUnavailable)) throw error;
      this.leaveOut(error);
      throw new ReplicaFailed('', { cause: error });
    } finally {
      clearTimeout(impatience);
      for (const each of forget) each();
    }
  }

  /** Waits until the replica has replayed what had been done at `mark`. @throws OutOfTime when `deadline` passes */
  private async catchUp(run: Run, mark: Mark, deadline: Deadline): Promise<void> {
    const { replayed } = this;
    const isBelieved = replayed !== undefined && performance.now() - replayed.heardAt < BELIEVED_MS;
    if (isBelieved && includes(replayed, mark)) return;
    while (!deadline.hasPassed) {
      const heardAt = performance.now();
      const reached = await replayedBy(run);
      this.replayed = reached && { ...reached, heardAt };
      if (reached !== undefined && includes(reached, mark)) return;
      await sleep(PAUSE_MS);
    }
    throw new OutOfTime('it is behind the primary');
  }

  private leaveOut(reason: unknown): void {
    if (this.isLeftOut) return;
    this.isLeftOut = true;
    const now = performance.now();
    // One that is silent may be dead, which those want to know who wait for it.
    this.lookAt = this.server.hasAnsweredWithin(REPLAY_MS) ? now + LOOK_MS : now;
    if (now - this.warnedAt < SILENCE_MS) return;
    this.said = 'left out';
    this.warnedAt = now;
    this.log.warn(`Replica '${this.server.id}' is left out: ${wordsOf(reason)}`);
  }

  private takeIn(): void {
    this.isLeftOut = false;
    if (this.said === 'used') return;
    this.said = 'used';
    this.log.log(`Replica '${this.server.id}' is read`);
  }

  private suspect(mark: Mark): void {
    if (!this.server.hasAnsweredWithin(SUSPICION_MS)) void this.lookAgain(mark);
  }

  /** Never rejects. */
  private async lookAgain(mark: Mark): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await withTimeLimit(LOOK_MS, (deadline) =>
        this.server.work(deadline, (run) => this.catchUp(run, mark, deadline)),
      );
      this.takeIn();
    } catch (error) {
      if (!this.server.hasAnsweredWithin(LOOK_MS)) {
        this.leaveOut(error);
        this.die();
      }
      this.lookAt = performance.now() + LOOK_MS;
    } finally {
      this.isLooking = false;
    }
  }

  private die(): void {
    this.death.pass();
    this.death = new Deadline();
  }
}

function wordsOf(reason: unknown): string {
  const error = reason instanceof DatabaseUnavailable ? reason.cause : reason;
  return error instanceof Error ? error.message : 'no reason given';
}
