import type { ComparisonResult, VerdictKind } from '../comparing/verdict.js';
import { LIMITS } from '../limits.js';
import type { SkipReason } from '../requests/mirror-request.js';
import { routeOf } from '../requests/target.js';
import { type Example, exampleOf } from './example.js';
import { type Finding, findingOf } from './finding.js';
import { Histogram } from './histogram.js';
import type { SecretRedactor } from './secrets.js';

export type Counts = Record<VerdictKind, number>;

/** What is known of the answers on one route. */
export interface RouteTally {
  readonly route: string;
  readonly counts: Counts;
  readonly python: Histogram;
  readonly ours: Histogram;
}

/** Findings that are alike, with a few of them as examples. */
export interface FindingGroup {
  readonly kind: Finding['kind'];
  readonly route: string;
  readonly place: string;
  count: number;
  readonly examples: Example[];
}

/** Adds up a run. What it holds is bounded, however many requests there are. */
export class Tally {
  readonly startedAt = new Date();
  readonly skipped = new Map<SkipReason, number>();
  readonly routes = new Map<string, RouteTally>();
  readonly groups = new Map<string, FindingGroup>();
  /** Everything together. */
  readonly all = newRoute('all');
  /** Copies that the proxy did not take. */
  dropped = 0;
  /** Findings of kinds beyond those that are told apart. */
  ungrouped = 0;

  constructor(
    private readonly secrets: SecretRedactor,
    private readonly hasValues: boolean,
  ) {}

  skip(reason: SkipReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  add(compared: ComparisonResult): void {
    const { request, verdict, milliseconds } = compared;
    const name = `${request.method} ${routeOf(request.target) ?? ''}`;
    const route = this.routes.get(name) ?? newRoute(name);
    this.routes.set(name, route);
    for (const tally of [route, this.all]) {
      tally.counts[verdict.kind]++;
      if (milliseconds === undefined) continue;
      tally.python.add(milliseconds.python);
      tally.ours.add(milliseconds.ours);
    }
    const finding = findingOf(compared);
    if (finding !== undefined) this.group(name, finding, compared);
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
