import { findContradiction, type Operation } from './linearizability.js';

/** The fields of a session that clients change. The history of each field is checked independently. */
export const FIELDS = ['session_name', 'session_state', 'metadata', 'session_summary'] as const;
export type Field = (typeof FIELDS)[number];

/** The value of every field of a new session. */
export const INITIAL_VALUE = 'initial';

export type FieldValues = Partial<Record<Field, string>>;

/** The client of an operation, its start and its end. Undefined end: no response, so the outcome is unknown. */
export type Interval = Pick<Operation, 'client' | 'start' | 'end'>;

/** Records the writes and reads of session fields by many clients. */
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

  /** Number of operations of a kind that got a response, or with `isAnswered` false of those that got none. */
  count(kind: Operation['kind'], isAnswered: boolean): number {
    const all = [...this.registers.values()].flat();
    return all.filter((operation) => operation.kind === kind && (operation.end !== undefined) === isAnswered).length;
  }

  /** For each field that is not linearizable: an operation that contradicts its history, and all that overlap it. */
  contradictions(): Record<string, readonly string[]> {
    return Object.fromEntries(
      [...this.registers].flatMap(([name, operations]) => {
        const found = findContradiction(operations, INITIAL_VALUE);
        return found === undefined
          ? []
          : [[name, [`not linearizable: ${lineOf(found)}`, ...overlapping(found, operations)]]];
      }),
    );
  }
}

function overlapping({ start, end = start }: Operation, operations: readonly Operation[]): string[] {
  return operations.filter((other) => other.start <= end && (other.end ?? end) >= start - 50).map(lineOf);
}

function lineOf({ client, kind, value, start, end }: Operation): string {
  return `${client} ${kind} ${value} ${start.toFixed(1)}–${end?.toFixed(1) ?? '?'}`;
}
