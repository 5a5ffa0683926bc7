import { DatabaseUnavailable, StatementTimedOut } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';
import { Reader, type WorkOptions } from '../database-reader.js';
import type { DatabaseServer } from '../database-server.js';
import type { Deadline } from '../deadline.js';
import { RequestCoalescer } from '../request-coalescer.js';
import type { Work } from '../statement.js';
import { type Replica, ReplicaFailed } from './replica.js';
import { type PrimaryPosition, readPrimaryPosition } from './wal-position.js';

/**
 * Read-your-writes routing, see ADR 6. A reader sees every write that any process had acknowledged before the reader
 * was requested. The router reads the primary's flushed WAL position (concurrent requests share one query) and uses a
 * standby only if the standby has replayed past that position. Otherwise the primary serves the read.
 */
export class ReplicaRouter {
  private readonly positionReads = new RequestCoalescer<PrimaryPosition | undefined>();
  private rotation = 0;
  private hasWarned = false;

  constructor(
    private readonly primary: DatabaseServer,
    private readonly replicas: readonly Replica[],
    private readonly log: DatabaseLog,
  ) {}

  /** Chooses a reader. Errors: those of a query to the primary. */
  async reader(deadline: Deadline): Promise<Reader> {
    const position = await this.positionReads.run('', deadline, (shared) => this.primaryPosition(shared));
    const replica = position && this.leastLoaded(position);
    return position && replica ? new ReplicaReader(replica, position, this.primary) : this.primary;
  }

  /** Undefined when the primary does not report its position, or not in time. The primary then serves the read. */
  private async primaryPosition(deadline: Deadline): Promise<PrimaryPosition | undefined> {
    try {
      const position = await readPrimaryPosition(this.primary, deadline);
      if (position === undefined) this.warnOnce();
      return position;
    } catch (error) {
      if (error instanceof StatementTimedOut && !deadline.hasExpired) return undefined;
      throw error;
    }
  }

  /** Returns the usable replica with the fewest reads; rotates among equally loaded replicas. */
  private leastLoaded(position: PrimaryPosition): Replica | undefined {
    const usable = this.replicas.filter((replica) => replica.isUsable(position));
    this.rotation++;
    const rotated = usable.map((_, index) => usable[(index + this.rotation) % usable.length]);
    return rotated.reduce(
      (best, replica) => (best && replica && replica.load >= best.load ? best : replica),
      undefined,
    );
  }

  private warnOnce(): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.log.warn(
      `Replicas of '${this.primary.id}' are not used: the primary does not report its identity and flushed WAL position, or has synchronous_commit=off`,
    );
  }
}

/** Reads from a replica, and from the primary after the replica has failed. */
class ReplicaReader extends Reader {
  private hasFailed = false;

  constructor(
    private readonly replica: Replica,
    private readonly position: PrimaryPosition,
    private readonly primary: DatabaseServer,
  ) {
    super();
  }

  override get snapshot(): string | null | undefined {
    // After a failure the primary serves the read, and `content` does not identify the data that the primary shows: it
    // makes a commit visible later than its WAL position and its standbys do.
    return this.hasFailed ? undefined : this.position.content;
  }

  override get primaryStartedAt(): string | undefined {
    return this.hasFailed ? undefined : this.position.startedAt;
  }

  get id(): string {
    return this.hasFailed ? this.primary.id : this.replica.server.id;
  }

  async withConnection<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T> {
    if (!this.hasFailed) {
      try {
        return await this.replica.withConnection(work, this.position, deadline, options);
      } catch (error) {
        if (!(error instanceof ReplicaFailed)) throw error;
        if (options?.mayRetry?.() === false) throw new DatabaseUnavailable(this.replica.server.id, error.cause);
        this.hasFailed = true;
      }
    }
    return this.primary.withConnection(deadline, work, options);
  }
}
