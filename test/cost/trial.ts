import {
  cpuGrowths,
  failsByFar,
  type Growth,
  growthViolation,
  isSuspicious,
  memoryViolation,
  needsRemeasuring,
  responseViolation,
  stallViolation,
} from './cost-limits.js';
import type { Meter, Sample } from './measurement.js';
import { bodyRoute, type CostRoute, changes, creation, deletion, reads, variants } from './routes.js';
import type { BodyShape, SessionShape, SessionValue, Shape } from './shapes/index.js';
import { LAYOUTS, type Layout, type StoredSession, type StoredSessions } from './stored-sessions.js';

/** Result of testing one shape on one layout. */
export interface TrialOutcome {
  readonly shape: string;
  readonly layout: Layout;
  readonly samples: readonly Sample[];
  readonly growths: readonly Growth[];
  /** The first violation of each route, or of the memory limit. Empty if the shape passes. */
  readonly violations: readonly { readonly route: string; readonly violation: string }[];
  readonly peakMegabytes: number;
  readonly seconds: number;
}

/** Just below the body limit of 16 MiB, with room for the JSON around a shape. */
const MAX_BYTES = 16_600_000;
const ONE_MEGABYTE = 1_000_000;
const WARM_UP_BYTES = 20_000;
/** Number of repeated measurements of a route with suspected growth; the growth rule checks their median. */
const MEASUREMENTS = 5;

const CREATED = [201];
const READ = [200];
const DELETED = [204];

interface TrialPlan {
  /** Sizes in bytes at which the shape is tested, in ascending order. */
  readonly sizes: readonly number[];
  /** Factor by which the growth limit may be exceeded. */
  readonly leeway: number;
  /** Time in milliseconds after which a shape that has already failed is given up. */
  readonly timeLimitMs: number;
}

/** One pass over the routes of a shape. */
interface Pass {
  readonly size: number;
  readonly isMeasured: boolean;
  /** Number of times that each request is sent. */
  readonly repetitions: number;
  /** Names of the routes to test; undefined: all routes. */
  readonly only?: ReadonlySet<string>;
}

const WARM_UP: Pass = { size: WARM_UP_BYTES, isMeasured: false, repetitions: 1 };

/** Tests one shape on one layout, from small to large. */
export class Trial {
  private readonly samples: Sample[] = [];
  private readonly violations = new Map<string, string>();
  /** Routes that failed by so much that larger sizes are skipped. */
  private readonly skippedRoutes = new Set<string>();

  private readonly start = performance.now();
  private readonly shape: Shape;
  private readonly stored: StoredSessions;
  private readonly meter: Meter;
  private readonly factor: number;
  private readonly plan: TrialPlan;

  constructor(shape: Shape, stored: StoredSessions, meter: Meter, factor: number, plan: TrialPlan) {
    this.shape = shape;
    this.stored = stored;
    this.meter = meter;
    this.factor = factor;
    this.plan = plan;
  }

  /** Variants of a route differ only in the response that they build, so one layout suffices for their test. */
  private get isFirstLayout(): boolean {
    return this.stored.layout === LAYOUTS[0];
  }

  async run(): Promise<TrialOutcome> {
    await this.try(WARM_UP);
    this.meter.resetPeak();
    for (const size of this.plan.sizes) await this.trySize(size);
    const growths = await this.checkGrowth();
    const longest = Math.max(0, ...this.samples.map(({ bytes }) => bytes));
    const memory = memoryViolation(this.meter.peakMegabytes, longest);
    if (memory !== undefined) this.violations.set('memory', memory);
    const violations = [...this.violations].map(([route, violation]) => ({ route, violation }));
    return {
      shape: this.shape.name,
      layout: this.stored.layout,
      samples: this.samples,
      growths,
      violations,
      peakMegabytes: this.meter.peakMegabytes,
      seconds: (performance.now() - this.start) / 1_000,
    };
  }

  /** Measures every route once, and twice more where the event-loop stall slightly exceeded the limit. */
  private async trySize(size: number): Promise<void> {
    await this.try({ size, isMeasured: true, repetitions: 1 });
    const ofSize = this.samples.filter((sample) => sample.size === size);
    const only = new Set(ofSize.filter((sample) => needsRemeasuring(sample, this.factor)).map(({ route }) => route));
    if (only.size > 0) await this.try({ size, isMeasured: true, repetitions: 2, only });
    for (const route of new Set(ofSize.map((sample) => sample.route))) {
      const stalls = this.samples.filter((sample) => sample.size === size && sample.route === route);
      this.reportViolation(route, stallViolation(stalls, this.factor));
    }
  }

  private isGivenUp(): boolean {
    return this.violations.size > 0 && performance.now() - this.start > this.plan.timeLimitMs;
  }

  private reportViolation(route: string, violation: string | undefined): void {
    if (violation !== undefined && !this.violations.has(route)) this.violations.set(route, violation);
  }

  private async try(pass: Pass): Promise<void> {
    if (this.shape.kind === 'body') await this.tryBody(this.shape, pass);
    else await this.trySession(this.shape, pass);
  }

  private async tryBody(shape: BodyShape, pass: Pass): Promise<void> {
    const content = shape.body(pass.size);
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    await this.stored.clear();
    const { id } = await this.stored.store({});
    for (const name of shape.routes ?? BODY_ROUTES) {
      const route = bodyRoute(name, id, body, shape.contentType);
      // A search ignores members that it does not know, as the other routes do, and needs none.
      const statuses = [...(name === 'search' ? READ : []), ...(shape.statuses ?? [])];
      for (let index = 0; index < pass.repetitions; index++) await this.ask(route, 0, statuses, pass);
    }
  }

  private async trySession(shape: SessionShape, pass: Pass): Promise<void> {
    const value = shape.value(pass.size);
    const { id, bytes } = await this.create(shape, value, pass);
    const ask = async (routes: readonly CostRoute[], statuses: readonly number[]) => {
      for (const route of routes) {
        for (let index = 0; index < pass.repetitions; index++) await this.ask(route, bytes, statuses, pass);
      }
    };
    // For a session without runs, the service responds 404 to the request for run r0.
    await ask(reads(id, value), value.runs === undefined ? [...READ, 404] : READ);
    if (this.isFirstLayout) await ask(variants(id, value, shape.listQueries), READ);
    if (shape.storing !== 'sql') await ask(changes(id, value), [...READ, ...(shape.statuses ?? [])]);
    await ask([deletion(id)], DELETED);
  }

  /** Creates the session by a request if possible, otherwise by SQL. */
  private async create(shape: SessionShape, value: SessionValue, pass: Pass): Promise<StoredSession> {
    let created: StoredSession | undefined;
    await this.stored.clear();
    for (let repetition = 0; repetition < pass.repetitions && shape.storing !== 'sql'; repetition++) {
      const id = this.stored.newId();
      const route = creation(id, value);
      // Run ids are unique in the table across sessions.
      if (repetition > 0) await this.stored.clear();
      const status = await this.ask(route, 0, shape.statuses ?? CREATED, pass);
      created = status === 201 ? { id, bytes: await this.stored.bytesOf(id) } : undefined;
    }
    if (created !== undefined && shape.storing !== 'both') return created;
    await this.stored.clear();
    return this.stored.store(value);
  }

  /** @returns the status of the response; undefined if the request was skipped */
  private async ask(
    route: CostRoute,
    storedBytes: number,
    statuses: readonly number[],
    { size, isMeasured, only }: Pass,
  ): Promise<number | undefined> {
    if (this.isGivenUp() || this.skippedRoutes.has(route.name) || only?.has(route.name) === false) return undefined;
    if (!isMeasured) return this.meter.warmUp(route);
    const sample = await this.meter.measure(route, size, storedBytes);
    this.samples.push(sample);
    // A missing response is more severe than the recorded violation of the route, and replaces it.
    if (sample.status === 0) this.violations.delete(route.name);
    this.reportViolation(route.name, responseViolation(sample, statuses));
    if (failsByFar(sample, this.factor)) this.skippedRoutes.add(route.name);
    return sample.status;
  }

  /**
   * Compares CPU per byte at the largest sizes. Where single measurements suggest growth, measures the last doubling
   * repeatedly and checks the median.
   */
  private async checkGrowth(): Promise<readonly Growth[]> {
    const [quarter = 0, whole = 0] = this.plan.sizes.slice(-2);
    const half = whole / 2;
    const suspects = cpuGrowths(this.samples, quarter, whole, this.factor).filter(isSuspicious);
    // A route that has already failed is not measured again.
    const only = new Set(suspects.map(({ route }) => route).filter((route) => !this.violations.has(route)));
    if (only.size > 0) {
      for (const size of [half, whole]) await this.try({ size, isMeasured: true, repetitions: MEASUREMENTS, only });
    }
    const growths = cpuGrowths(this.samples, half, whole, this.factor);
    for (const growth of growths) this.reportViolation(growth.route, growthViolation(growth, this.plan.leeway));
    const checked = new Set(growths.map(({ route }) => route));
    const others = cpuGrowths(this.samples, quarter, whole, this.factor).filter(({ route }) => !checked.has(route));
    return [...growths, ...others];
  }
}

const BODY_ROUTES = ['POST', 'PATCH', 'rename', 'search', 'DELETE'] as const;

/** The sizes at which every route is measured: one megabyte, and an eighth, a quarter and all of the largest size. */
export function sizesOf({ maxBytes = MAX_BYTES }: Shape): readonly number[] {
  const parts = [8, 4, 1].map((part) => maxBytes / part);
  const sizes = maxBytes > ONE_MEGABYTE ? [ONE_MEGABYTE, ...parts] : parts;
  return sizes.sort((a, b) => a - b);
}
