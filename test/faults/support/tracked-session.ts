/** What somebody found of a session, in an answer of the service or in the tables, as far as they looked. */
export interface ObservedSession {
  readonly name?: string | null;
  /** The number that state, metadata and summary hold. They are written together. */
  readonly revisions?: readonly (string | null | undefined)[];
  readonly runs?: number;
}

/** How a write ended for its client: it was done, it was refused, or nobody can say. */
export type WriteOutcome = 'done' | 'refused' | 'unknown';

/** Runs that every session is created with. */
export const INITIAL_RUNS = 2;

/** By the status: 504 and no answer leave open what became of the write, every other refusal means that nothing was done. */
export function writeOutcome(status: number): WriteOutcome {
  if (status >= 200 && status < 300) return 'done';
  return status === 0 || status === 504 ? 'unknown' : 'refused';
}

/**
 * What a session can be by all that its only writer was told. After a write of unknown outcome both states are possible,
 * and the writer must leave the session alone: the write may still arrive.
 */
export class TrackedSession {
  private readonly existence = new Set<boolean>([false]);
  private readonly names = new Set<string>();
  private readonly revisions = new Set<string>(['0']);

  constructor(readonly id: string) {
    this.names.add(this.nameOf(0));
  }

  /** A name tells whose it is. */
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

  /** Every write so far was done or refused. */
  get isCertain(): boolean {
    return this.existence.size === 1 && this.names.size === 1 && this.revisions.size === 1;
  }

  get mustExist(): boolean {
    return !this.existence.has(false);
  }

  get mayExist(): boolean {
    return this.existence.has(true);
  }

  /** What is wrong with what was found, in words; undefined when it is possible. */
  faultOf(found: ObservedSession | undefined): string | undefined {
    if (found === undefined) return this.mustExist ? `${this.id} is lost` : undefined;
    if (!this.mayExist) return `${this.id} is there, though it was deleted or refused`;
    const { name, revisions = [], runs = INITIAL_RUNS } = found;
    if (name !== undefined && !this.names.has(name ?? ''))
      return `${this.id} has the name ${name}, not ${[...this.names]}`;
    if (new Set(revisions).size > 1) return `${this.id} is half written: ${revisions}`;
    const strange = revisions.find((revision) => !this.revisions.has(revision ?? ''));
    if (strange !== undefined) return `${this.id} has revision ${strange}, not ${[...this.revisions]}`;
    return runs === INITIAL_RUNS ? undefined : `${this.id} has ${runs} runs`;
  }
}

function note<T>(possible: Set<T>, value: T, outcome: WriteOutcome): void {
  if (outcome === 'done') possible.clear();
  if (outcome !== 'refused') possible.add(value);
}
