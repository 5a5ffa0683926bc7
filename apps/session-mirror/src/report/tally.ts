import type { ComparisonResult, VerdictKind } from '../compare-responses.js';
import { LIMITS } from '../mirror-limits.js';
import { routeOf, type SkipReason } from '../requests/mirror-request.js';
import { type Example, exampleOf, type Finding, findingOf, type SecretRedactor } from './findings.js';

export type Counts = Record<VerdictKind, number>;

export interface RouteTally {
  readonly route: string;
  readonly counts: Counts;
  readonly python: Histogram;
  readonly ours: Histogram;
}

/** Findings of the same kind, route and place, with the first few as examples. */
export interface FindingGroup {
  readonly kind: Finding['kind'];
  readonly route: string;
  readonly place: string;
  count: number;
  readonly examples: Example[];
}

/** Accumulates the results of a run in bounded memory. */
export class Tally {
  readonly startedAt = new Date();
  readonly skipped = new Map<SkipReason, number>();
  readonly routes = new Map<string, RouteTally>();
  readonly groups = new Map<string, FindingGroup>();
  /** Counts and response times of all routes together. */
  readonly all = newRoute('all');
  /** Number of copies that the proxy dropped. */
  dropped = 0;
  /** Number of findings that are only counted, because the maximum number of groups was reached. */
  ungrouped = 0;

  constructor(
    private readonly secrets: SecretRedactor,
    private readonly hasValues: boolean,
  ) {}

  /** A number that increases with every event that changes the report. */
  eventCount(): number {
    const counts = [...Object.values(this.all.counts), ...this.skipped.values()];
    return counts.reduce((sum, count) => sum + count, this.dropped);
  }

  skip(reason: SkipReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  add(result: ComparisonResult): void {
    const { request, verdict, milliseconds } = result;
    const name = `${request.method} ${routeOf(request.target) ?? ''}`;
    const route = this.routes.get(name) ?? newRoute(name);
    this.routes.set(name, route);
    for (const tally of [route, this.all]) {
      tally.counts[verdict.kind]++;
      if (milliseconds === undefined) continue;
      tally.python.add(milliseconds.python);
      tally.ours.add(milliseconds.ours);
    }
    const finding = findingOf(result);
    if (finding !== undefined) this.group(name, finding, result);
  }

  private group(route: string, { kind, place, differences }: Finding, { request }: ComparisonResult): void {
    const hide = this.secrets.redactorFor(request.headers);
    const key = JSON.stringify([kind, route, place]);
    const known = this.groups.get(key);
    if (known === undefined && this.groups.size >= LIMITS.maxFindingGroups) {
      this.ungrouped++;
      return;
    }
    const group = known ?? { kind, route, place: hide(place), count: 0, examples: [] };
    this.groups.set(key, group);
    group.count++;
    if (group.examples.length >= LIMITS.examplesPerGroup) return;
    group.examples.push(exampleOf(request, differences, hide, this.hasValues));
  }
}

function newRoute(route: string): RouteTally {
  const counts = { equal: 0, settled: 0, different: 0, answeredWherePythonFails: 0, bothFail: 0, error: 0 };
  return { route, counts, python: new Histogram(), ours: new Histogram() };
}

/** Buckets per doubling of the response time: with 8, a percentile is at most 9 % too high (2^(1/8)). */
const BUCKETS_PER_DOUBLING = 8;
const MIN_MS = 0.1;
const BUCKET_COUNT = 21 * BUCKETS_PER_DOUBLING; // up to 200 seconds

export interface Bucket {
  /** Longest response time that the bucket counts, in milliseconds. */
  readonly upTo: number;
  readonly count: number;
}

/** Histogram of response times in logarithmic buckets, so that its memory does not grow with the run. */
export class Histogram {
  private readonly counts = new Uint32Array(BUCKET_COUNT);
  count = 0;
  max = 0;
  private sum = 0;

  add(milliseconds: number): void {
    const index = Math.ceil(Math.log2(milliseconds / MIN_MS) * BUCKETS_PER_DOUBLING);
    const bucket = Math.min(Math.max(index, 0), BUCKET_COUNT - 1);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count++;
    this.sum += milliseconds;
    this.max = Math.max(this.max, milliseconds);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** Time in milliseconds within which this fraction (0 to 1) of the responses arrived; 0 without responses. */
  percentile(share: number): number {
    const target = Math.ceil(this.count * share);
    let seen = 0;
    for (const [index, count] of this.counts.entries()) {
      seen += count;
      if (seen >= target && count > 0) return Math.min(upperBound(index), this.max);
    }
    return 0;
  }

  /** The buckets from the first non-empty to the last non-empty one. */
  buckets(): Bucket[] {
    const first = this.counts.findIndex((count) => count > 0);
    if (first === -1) return [];
    const last = this.counts.findLastIndex((count) => count > 0);
    return [...this.counts.slice(first, last + 1)].map((count, index) => ({ upTo: upperBound(first + index), count }));
  }
}

function upperBound(index: number): number {
  return MIN_MS * 2 ** (index / BUCKETS_PER_DOUBLING);
}
