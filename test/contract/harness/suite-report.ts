import type { Difference } from '@session-service/comparison';

const SHOWN_DIFFERENCES = 4;
const SHOWN_CHARACTERS = 400;
/** Maximum length of a failure, and maximum number of failures, in the final list. */
const SHOWN_REASON = 300;
const LISTED_FAILURES = 100;

/** Counts results by route, prints failures as they occur, and prints the summary. */
export class SuiteReport {
  private readonly counts = new Map<string, { passed: number; failed: number }>();
  private readonly failures: string[] = [];
  private readonly errors = new Set<unknown>();
  /** Seconds by unit; undefined until the unit has ended. */
  private readonly units = new Map<string, number | undefined>();
  passed = 0;
  failed = 0;

  private readonly print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  add(unit: string, route: string, name: string, found: readonly Difference[], requests: readonly string[] = []): void {
    const [first] = found;
    this.count(route, first === undefined);
    if (first === undefined) return;
    const title = `[${unit}] ${route}: ${name}`;
    this.failures.push(`${title}: at ${first.path} expected ${first.expected}, actual ${first.actual}`);
    this.print(`\nFAILED ${title}`);
    for (const request of requests) this.print(`  ${truncate(request)}`);
    for (const { path, expected, actual } of found.slice(0, SHOWN_DIFFERENCES)) {
      this.print(`  at ${path}`);
      this.print(`    expected ${truncate(expected)}`);
      this.print(`    actual   ${truncate(actual)}`);
    }
    if (found.length > SHOWN_DIFFERENCES) this.print(`  and ${found.length - SHOWN_DIFFERENCES} more differences`);
  }

  /** Counts a failure of a unit that could not complete. `error` includes the log of a failed server. */
  addError(subject: string, error: unknown): void {
    const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    this.count(subject, false);
    this.failures.push(`[${subject}] ${causes.map((cause) => messageOf(cause).split('\n')[0]).join('; ')}`);
    this.print(`\nFAILED [${subject}]`);
    for (const cause of causes) {
      const [title = '', ...log] = messageOf(cause).trimEnd().split('\n');
      // Units that need the same template fail with the same error, whose log is printed only once.
      const lines = this.errors.has(cause) ? [`${title} (log shown above)`] : [title, ...log];
      for (const line of lines) this.print(`  ${line}`);
      this.errors.add(cause);
    }
  }

  /** Announces units. A unit that has not ended before the summary counts as failed. */
  expectUnits(names: readonly string[]): void {
    for (const name of names) this.units.set(name, undefined);
  }

  endUnit(name: string, seconds: number): void {
    this.units.set(name, seconds);
  }

  /** Prints the duration of each unit, counts by route, the failures, and last the line that `.ci/run` parses. */
  summary(): void {
    for (const [name, seconds] of this.units) {
      if (seconds === undefined) this.addError(name, 'did not complete');
    }
    this.print('');
    for (const [name, seconds] of this.units) {
      this.print(`${name.padEnd(44)} ${seconds === undefined ? '-' : `${seconds.toFixed(1)} s`}`);
    }
    this.print('');
    for (const [route, { passed, failed }] of this.counts) {
      this.print(`${route.padEnd(44)} ${String(passed).padStart(5)} passed ${String(failed).padStart(5)} failed`);
    }
    if (this.failed > 0) this.print('\nFailed:');
    for (const failure of this.failures.slice(0, LISTED_FAILURES))
      this.print(`  ${truncate(failure.replaceAll('\n', ' '), SHOWN_REASON)}`);
    if (this.failed > LISTED_FAILURES) this.print(`  and ${this.failed - LISTED_FAILURES} more`);
    this.print(`${this.passed} passed, ${this.failed} failed`);
  }

  private count(route: string, isPassed: boolean): void {
    const count = this.counts.get(route) ?? { passed: 0, failed: 0 };
    this.counts.set(route, count);
    count[isPassed ? 'passed' : 'failed']++;
    this[isPassed ? 'passed' : 'failed']++;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function truncate(value: string, length = SHOWN_CHARACTERS): string {
  return value.length <= length ? value : `${value.slice(0, length)}…`;
}
