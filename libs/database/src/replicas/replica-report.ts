import { DatabaseUnavailable } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';

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
