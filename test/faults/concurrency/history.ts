import { findContradiction, type Operation } from './linearizability.js';

/** The fields of a session that clients change, each a register of its own. */
export const FIELDS = ['session_name', 'session_state', 'metadata', 'session_summary'] as const;
export type Field = (typeof FIELDS)[number];

/** What every field of a new session holds here. */
export const INITIAL_VALUE = 'initial';

export type FieldValues = Partial<Record<Field, string>>;

/** From when to when something was under way, and for whom; without an end nobody knows what became of it. */
export type Interval = Pick<Operation, 'client' | 'start' | 'end'>;

/** What many clients did to the fields of sessions, and what they saw of them. */
export class History {
  private readonly registers = new Map<string, Operation[]>();

  record(kind: Operation['kind'], sessionId: string, values: FieldValues, span: Interval): void {
    for (const [field, value] of Object.entries(values)) {
      const name = `${sessionId} ${field}`;
      const operations = this.registers.get(name) ?? [];
      this.registers.set(name, operations);
      operations.push({ ...span, kind, value });
    }
  }

  /** How many operations of a kind there are, answered ones or others. */
  count(kind: Operation['kind'], isAnswered: boolean): number {
    const all = [...this.registers.values()].flat();
    return all.filter((each) => each.kind === kind && (each.end !== undefined) === isAnswered).length;
  }

  /** By register: the operation that fits nowhere, with all others that were under way near it. Empty: all fit. */
  contradictions(): Record<string, readonly string[]> {
    return Object.fromEntries(
      [...this.registers].flatMap(([name, operations]) => {
        const found = findContradiction(operations, INITIAL_VALUE);
        return found === undefined ? [] : [[name, [`no place for ${lineOf(found)}`, ...near(found, operations)]]];
      }),
    );
  }
}

function near({ start, end = start }: Operation, operations: readonly Operation[]): string[] {
  return operations.filter((other) => other.start <= end && (other.end ?? end) >= start - 50).map(lineOf);
}

function lineOf({ client, kind, value, start, end }: Operation): string {
  return `${client} ${kind} ${value} ${start.toFixed(1)}–${end?.toFixed(1) ?? '?'}`;
}
