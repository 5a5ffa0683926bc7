import type { ComparisonResult, VerdictKind } from '../compare-responses.js';
import { LIMITS } from '../mirror-limits.js';
import { routeOf, type SkipReason } from '../requests/mirror-request.js';
import { type Example, exampleOf, type Finding, findingOf, type SecretRedactor } from './findings.js';

export type Counts = Record<VerdictKind, number>;

/** Counts and response times of one route. */
interface RouteTally {
  readonly route: string;
  readonly counts: Counts;
  readonly python: Histogram;
  readonly ours: Histogram;
}

/** Similar findings with a few examples. */
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
  /** Sum of all routes. */
  readonly all = newRoute('all');
  /** Number of copies that the proxy dropped. */
  dropped = 0;
  /** Number of findings beyond the maximum number of groups. */
  ungrouped = 0;

  constructor(
    private readonly secrets: SecretRedactor,
    private readonly hasValues: boolean,
  ) {}

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

/** Buckets per doubling, so that a percentile is at most 9 % too high. */
const BUCKETS_PER_DOUBLING = 8;
const MIN_MS = 0.1;
const BUCKET_COUNT = 21 * BUCKETS_PER_DOUBLING; // up to 200 seconds

export interface Bucket {
  /** Upper bound in milliseconds. */
  readonly upTo: number;
  readonly count: number;
}

/** Histogram of response times with a fixed number of buckets. */
export class Histogram {
  private readonly counts = new Uint32Array(BUCKET_COUNT);
  private total = 0;
  private sum = 0;
  private largest = 0;

  add(milliseconds: number): void {
    const index = Math.ceil(Math.log2(milliseconds / MIN_MS) * BUCKETS_PER_DOUBLING);
    const bucket = Math.min(Math.max(index, 0), BUCKET_COUNT - 1);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total++;
    this.sum += milliseconds;
    this.largest = Math.max(this.largest, milliseconds);
  }

  get count(): number {
    return this.total;
  }

  get mean(): number {
    return this.total === 0 ? 0 : this.sum / this.total;
  }

  get max(): number {
    return this.largest;
  }

  /** Time in milliseconds within which this share (0 to 1) of the responses arrived; 0 without responses. */
  percentile(share: number): number {
    const target = Math.ceil(this.total * share);
    let seen = 0;
    for (const [index, count] of this.counts.entries()) {
      seen += count;
      if (seen >= target && count > 0) return Math.min(upperBound(index), this.largest);
    }
    return 0;
  }

  /** The buckets from the first to the last that is not empty. */
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
