import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable, isReplayConflict, StatementTimedOut } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';
import type { DatabaseServer } from '../database-server.js';
import { Deadline, OutOfTime, withDeadline, withTimeLimit } from '../deadline.js';
import type { WorkOptions } from '../reader.js';
import type { Run, Work } from '../statement.js';
import { ReplicaReport } from './replica-report.js';
import { identityBy, includes, type Mark, replayedBy, type WalPosition } from './wal-position.js';

/** How long a read waits for a connection, which may have to be made, and then for what it must see. In milliseconds. */
const CONNECTION_MS = 250;
const REPLAY_MS = 50;
/** A read that runs so long on a replica that says nothing wants to know whether it lives, in milliseconds. */
const SUSPICION_MS = 250;
/** How long a replica may take to open its door, in milliseconds. */
const DOOR_MS = 1_000;
/** How long to wait before it is asked again how far it is, in milliseconds. */
const PAUSE_MS = 5;
/** A replica that was left out is looked at again after so long, in milliseconds; and has as long for its answer. */
const LOOK_MS = 1_000;
/** A position is believed so long, in milliseconds: nobody rebuilds a replica from an older backup in that time. */
const BELIEVED_MS = 1_000;

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
  private isKnocking = false;
  private lookAt = Number.NEGATIVE_INFINITY;
  private readonly report: ReplicaReport;
  /** Passes when the replica is found dead, so that the reads which run on it are done elsewhere. */
  private death = new Deadline();

  constructor(
    readonly server: DatabaseServer,
    log: DatabaseLog,
  ) {
    this.report = new ReplicaReport(server.id, log);
  }

  /** Whether reads may go to it. To ask has it looked at again when that is due. */
  isUsable(mark: Mark): boolean {
    if (!this.isLeftOut) return !this.server.isOverloaded('short');
    if (performance.now() >= this.lookAt) void this.lookAgain(mark);
    return false;
  }

  /** Reads that it has before it. */
  get load(): number {
    const { used, pending } = this.server.use();
    return used + pending;
  }

  /**
   * Does work that changes nothing on a state that includes what the primary had done at `mark`.
   *
   * @throws ReplicaFailed, StatementTimedOut, or what the server says against the statement
   */
  async work<T>(work: Work<T>, mark: Mark, deadline: Deadline, options: WorkOptions = {}): Promise<T> {
    if (deadline.hasPassed) throw new StatementTimedOut(this.server.id);
    // That it is busy is no fault of it, which the wait for a connection would be.
    if (!this.server.hasPlaceFor(options)) throw new ReplicaFailed();
    const attempt = new Deadline();
    const outcome = Promise.withResolvers<T>();
    attempt.onPassed(() => outcome.reject(new OutOfTime(TOO_SLOW)));
    const forget = [deadline, this.death].map((each) => each.onPassed(() => attempt.pass()));
    let impatience = setTimeout(() => attempt.pass(), CONNECTION_MS);
    let isReady = false;
    const workWhenReady: Work<T> = async (run, cancel) => {
      clearTimeout(impatience);
      impatience = setTimeout(() => attempt.pass(), REPLAY_MS);
      if (!this.isKnownToInclude(mark)) await this.catchUp(run, mark, attempt);
      isReady = true;
      clearTimeout(impatience);
      impatience = setInterval(() => this.suspect(), SUSPICION_MS);
      return work(run, cancel);
    };
    this.server.work(attempt, workWhenReady, options).then(outcome.resolve, outcome.reject);
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

  private isKnownToInclude(mark: Mark): boolean {
    const { replayed } = this;
    return replayed !== undefined && performance.now() - replayed.heardAt < BELIEVED_MS && includes(replayed, mark);
  }

  /** Waits until the replica has replayed what had been done at `mark`. @throws OutOfTime when `deadline` passes */
  private async catchUp(run: Run, mark: Mark, deadline: Deadline): Promise<void> {
    while (!deadline.hasPassed) {
      const heardAt = performance.now();
      const reached = await replayedBy(run);
      this.replayed = reached && { ...reached, heardAt };
      // An answer that came too late must not begin what nobody waits for.
      if (deadline.hasPassed) break;
      if (reached !== undefined && includes(reached, mark)) return;
      await sleep(PAUSE_MS);
    }
    throw new OutOfTime(TOO_SLOW);
  }

  private leaveOut(reason: unknown): void {
    if (!this.isLeftOut) this.lookAt = performance.now() + LOOK_MS;
    this.isLeftOut = true;
    this.report.leftOut(reason);
  }

  private takeIn(): void {
    this.isLeftOut = false;
    this.report.read();
  }

  /** Takes it in when it is what its DSN should name, and keeps up as a read wants it to. Never rejects. */
  private async lookAgain(mark: Mark): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await withTimeLimit(LOOK_MS, (look) =>
        this.server.work(look, async (run) => {
          if ((await identityBy(run)) !== mark.identity) throw new Error(NO_COPY);
          await withDeadline(REPLAY_MS, (deadline) => this.catchUp(run, mark, deadline));
        }),
      );
      this.takeIn();
    } catch (error) {
      this.leaveOut(error);
      this.lookAt = performance.now() + LOOK_MS;
    } finally {
      this.isLooking = false;
    }
  }

  private suspect(): void {
    if (!this.isKnocking && !this.server.hasAnsweredWithin(SUSPICION_MS)) void this.knock();
  }

  /** All its connections may be busy with slow reads: whether it lives is asked at the door. Never rejects. */
  private async knock(): Promise<void> {
    this.isKnocking = true;
    const isAlive = await this.server.opensDoor(DOOR_MS);
    this.isKnocking = false;
    if (isAlive) return;
    this.leaveOut(new OutOfTime('it does not answer'));
    this.death.pass();
    this.death = new Deadline();
  }
}

const NO_COPY = 'it is a replica of another server, or another database of it';
const TOO_SLOW = 'it does not answer in time, or is behind the primary';
