import { DatabaseUnavailable } from '../database-errors.js';
import type { DatabaseLog } from '../database-options.js';

/** A replica that comes and goes is not reported more often than this, in milliseconds. */
const SILENCE_MS = 60_000;

/** Tells the log whether a replica is read, each time that this changes for longer. */
export class ReplicaReport {
  private said: 'read' | 'left out' | undefined;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly id: string,
    private readonly log: DatabaseLog,
  ) {}

  read(): void {
    if (this.said === 'read') return;
    this.said = 'read';
    this.log.log(`Replica '${this.id}' is read`);
  }

  /** May be called as often as it is found left out. */
  leftOut(reason: unknown): void {
    const now = performance.now();
    if (this.said === 'left out' || now - this.warnedAt < SILENCE_MS) return;
    this.said = 'left out';
    this.warnedAt = now;
    this.log.warn(`Replica '${this.id}' is left out: ${wordsOf(reason)}`);
  }
}

function wordsOf(reason: unknown): string {
  const error = reason instanceof DatabaseUnavailable ? reason.cause : reason;
  return error instanceof Error ? error.message : 'no reason given';
}
