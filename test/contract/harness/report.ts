import type { Difference } from '@agno/comparison';
import type { Layout } from './case.js';

const SHOWN_DIFFERENCES = 4;
const SHOWN_CHARACTERS = 400;

/** Counts results and tells them so that a person can read them. */
export class Report {
  private readonly counts = new Map<string, { passed: number; failed: number }>();
  passed = 0;
  failed = 0;

  private readonly print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  add(
    layout: Layout | 'client' | 'shared' | 'auth' | 'mirror',
    route: string,
    name: string,
    found: readonly Difference[],
    requests: readonly string[] = [],
  ): void {
    const count = this.counts.get(route) ?? { passed: 0, failed: 0 };
    this.counts.set(route, count);
    if (found.length === 0) {
      this.passed++;
      count.passed++;
      return;
    }
    this.failed++;
    count.failed++;
    this.print(`\nFAILED [${layout}] ${route}: ${name}`);
    for (const request of requests) this.print(`  ${cut(request)}`);
    for (const { path, expected, actual } of found.slice(0, SHOWN_DIFFERENCES)) {
      this.print(`  at ${path}`);
      this.print(`    expected ${cut(expected)}`);
      this.print(`    actual   ${cut(actual)}`);
    }
    if (found.length > SHOWN_DIFFERENCES) this.print(`  and ${found.length - SHOWN_DIFFERENCES} more differences`);
  }

  /** Counts by route, and last of all the line that others read. */
  summary(): void {
    this.print('');
    for (const [route, { passed, failed }] of this.counts) {
      this.print(`${route.padEnd(20)} ${String(passed).padStart(5)} passed ${String(failed).padStart(5)} failed`);
    }
    this.print(`${this.passed} passed, ${this.failed} failed`);
  }
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
