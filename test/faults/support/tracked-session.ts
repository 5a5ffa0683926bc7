/** The observed state of a session, from a response or from the tables. Fields that were not observed are undefined. */
export interface ObservedSession {
  readonly name?: string | null;
  /**
   * The revision numbers in state, metadata and summary. They are equal, because a client writes all three together.
   */
  readonly revisions?: readonly (string | null | undefined)[];
  readonly runs?: number;
}

/** Outcome of a write from the client's view: applied, rejected, or unknown. */
type WriteOutcome = 'done' | 'rejected' | 'unknown';

/** Number of runs that every session is created with. */
export const INITIAL_RUNS = 2;

/** After 504, a 502 of a gateway, or without a response the outcome is unknown. Every other error means that nothing was changed. */
export function writeOutcome(status: number): WriteOutcome {
  if (status >= 200 && status < 300) return 'done';
  return status === 0 || status === 502 || status === 504 ? 'unknown' : 'rejected';
}

/**
 * The possible states of a session according to the responses that its only writer got. After a write of unknown
 * outcome both states are possible, and the writer must not write the session again, because the write may still be
 * applied.
 */
export class TrackedSession {
  private readonly existence = new Set<boolean>([false]);
  private readonly names = new Set<string>();
  private readonly revisions = new Set<string>(['0']);

  constructor(readonly id: string) {
    this.names.add(this.nameOf(0));
  }

  /** A name that contains the session id, so that a name of another session is detected. */
  nameOf(version: number): string {
    return `${this.id} named ${version}`;
  }

  runId(index: number): string {
    return `${this.id} run ${index}`;
  }

  created(outcome: WriteOutcome): void {
    note(this.existence, true, outcome);
  }

  deleted(outcome: WriteOutcome): void {
    note(this.existence, false, outcome);
  }

  renamed(version: number, outcome: WriteOutcome): void {
    note(this.names, this.nameOf(version), outcome);
  }

  patched(revision: number, outcome: WriteOutcome): void {
    note(this.revisions, String(revision), outcome);
  }

  /** True when the outcome of every write is known. */
  get isCertain(): boolean {
    return this.existence.size === 1 && this.names.size === 1 && this.revisions.size === 1;
  }

  get mustExist(): boolean {
    return !this.existence.has(false);
  }

  get mayExist(): boolean {
    return this.existence.has(true);
  }

  /** Describes why the observed state is impossible; undefined when it is possible. */
  violationOf(found: ObservedSession | undefined): string | undefined {
    if (found === undefined) return this.mustExist ? `${this.id} is lost` : undefined;
    if (!this.mayExist) return `${this.id} exists although it was deleted or its creation was rejected`;
    const { name, revisions = [], runs = INITIAL_RUNS } = found;
    if (name !== undefined && !this.names.has(name ?? ''))
      return `${this.id} has the name ${name}, not ${[...this.names]}`;
    if (new Set(revisions).size > 1) return `${this.id} is half written: ${revisions}`;
    const unexpected = revisions.find((revision) => !this.revisions.has(revision ?? ''));
    if (unexpected !== undefined) return `${this.id} has revision ${unexpected}, not ${[...this.revisions]}`;
    return runs === INITIAL_RUNS ? undefined : `${this.id} has ${runs} runs`;
  }
}

function note<T>(possible: Set<T>, value: T, outcome: WriteOutcome): void {
  if (outcome === 'done') possible.clear();
  if (outcome !== 'rejected') possible.add(value);
}
