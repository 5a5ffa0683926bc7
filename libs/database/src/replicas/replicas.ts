import { DatabaseUnavailable, StatementTimedOut } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';
import type { DatabaseServer } from '../database-server.js';
import type { Deadline } from '../deadline.js';
import { Reader, type WorkOptions } from '../reader.js';
import { SharedWork } from '../shared-work.js';
import type { Work } from '../statement.js';
import { type Replica, ReplicaFailed } from './replica.js';
import { type Mark, markOf } from './wal-position.js';

/**
 * Sends reads to the standbys of a primary, without anybody noticing but the primary, which has less to do: a reader sees
 * all that was acknowledged to anybody, in whatever process, before it was asked for. So the primary is asked where it is
 * (readers that come at the same moment share one question that begins after them), and a standby is only read when it has
 * replayed that far. Where none has, the primary reads.
 */
export class Replicas {
  private readonly marking = new SharedWork<Mark | undefined>();
  private turn = 0;
  private hasComplained = false;

  constructor(
    private readonly primary: DatabaseServer,
    private readonly replicas: readonly Replica[],
    private readonly log: DatabaseLog,
  ) {}

  /** Who reads now. Errors: those of a query to the primary. */
  async reader(deadline: Deadline): Promise<Reader> {
    const mark = await this.marking.run('', deadline, (joint) => this.mark(joint));
    const replica = mark && this.leastBusy(mark);
    return mark && replica ? new ReplicaReader(replica, mark, this.primary) : this.primary;
  }

  /** Undefined where the primary is to read: it does not tell where it is, or not at once. */
  private async mark(deadline: Deadline): Promise<Mark | undefined> {
    try {
      const mark = await markOf(this.primary, deadline);
      if (mark === undefined) this.complain();
      return mark;
    } catch (error) {
      if (error instanceof StatementTimedOut && !deadline.hasPassed) return undefined;
      throw error;
    }
  }

  private leastBusy(mark: Mark): Replica | undefined {
    const usable = this.replicas.filter((replica) => replica.isUsable(mark));
    this.turn++;
    const turns = usable.map((_, at) => usable[(at + this.turn) % usable.length]);
    return turns.reduce((best, each) => (best && each && each.load >= best.load ? best : each), undefined);
  }

  private complain(): void {
    if (this.hasComplained) return;
    this.hasComplained = true;
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
    private readonly mark: Mark,
    private readonly primary: DatabaseServer,
  ) {
    super();
  }

  override get snapshot(): string {
    return this.mark.snapshot;
  }

  get id(): string {
    return this.hasFailed ? this.primary.id : this.replica.server.id;
  }

  async work<T>(deadline: Deadline, work: Work<T>, options?: WorkOptions): Promise<T> {
    if (!this.hasFailed) {
      try {
        return await this.replica.work(work, this.mark, deadline, options);
      } catch (error) {
        if (!(error instanceof ReplicaFailed)) throw error;
        if (options?.mayRepeat?.() === false) throw new DatabaseUnavailable(this.replica.server.id, error.cause);
        this.hasFailed = true;
      }
    }
    return this.primary.work(deadline, work, options);
  }
}
