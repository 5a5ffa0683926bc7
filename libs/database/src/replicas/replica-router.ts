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
 * Sends reads to the standbys of a primary, without anybody noticing but the primary, which has less to do: a reader sees
 * all that was acknowledged to anybody, in whatever process, before it was asked for. So the primary is asked where it is
 * (readers that come at the same moment share one question that begins after them), and a standby is only read when it has
 * replayed that far. Where none has, the primary reads.
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

  /** Who reads now. Errors: those of a query to the primary. */
  async reader(deadline: Deadline): Promise<Reader> {
    const mark = await this.positionReads.run('', deadline, (joint) => this.primaryPosition(joint));
    const replica = mark && this.leastLoaded(mark);
    return mark && replica ? new ReplicaReader(replica, mark, this.primary) : this.primary;
  }

  /** Undefined where the primary is to read: it does not tell where it is, or not at once. */
  private async primaryPosition(deadline: Deadline): Promise<PrimaryPosition | undefined> {
    try {
      const mark = await readPrimaryPosition(this.primary, deadline);
      if (mark === undefined) this.warnOnce();
      return mark;
    } catch (error) {
      if (error instanceof StatementTimedOut && !deadline.hasExpired) return undefined;
      throw error;
    }
  }

  private leastLoaded(mark: PrimaryPosition): Replica | undefined {
    const usable = this.replicas.filter((replica) => replica.isUsable(mark));
    this.rotation++;
    const turns = usable.map((_, at) => usable[(at + this.rotation) % usable.length]);
    return turns.reduce((best, each) => (best && each && each.load >= best.load ? best : each), undefined);
  }

  private warnOnce(): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.log.warn(
      `Replicas of '${this.primary.id}' are not read: the primary does not tell which server it is and how far its log is stored, or has synchronous_commit=off`,
    );
  }
}

/** Reads on a replica, and on the primary from the moment that the replica fails. */
class ReplicaReader extends Reader {
  private hasFailed = false;

  constructor(
    private readonly replica: Replica,
    private readonly position: PrimaryPosition,
    private readonly primary: DatabaseServer,
  ) {
    super();
  }

  override get snapshot(): string {
    return this.position.snapshot;
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
