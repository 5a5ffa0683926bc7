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

/** What a shape cost on a layout. */
export interface TrialOutcome {
  readonly shape: string;
  readonly layout: Layout;
  readonly samples: readonly Sample[];
  readonly growths: readonly Growth[];
  /** By route; empty: the shape holds. */
  readonly faults: readonly { readonly route: string; readonly fault: string }[];
  readonly peakMegabytes: number;
  readonly seconds: number;
}

/** Just under the body limit of 16 MiB, with room for what surrounds a shape. */
const MOST_BYTES = 16_600_000;
const ONE_MEGABYTE = 1_000_000;
const WARM_UP_BYTES = 20_000;
/** The rule takes the median of so many measurements. */
const MEASUREMENTS = 5;

const CREATED = [201];
const READ = [200];
const DELETED = [204];

export interface TrialPlan {
  /** From small to large. */
  readonly sizes: readonly number[];
  /** How many times the limit of the growth is allowed. */
  readonly leeway: number;
  /** A shape that fails already is given up after this. */
  readonly patienceMs: number;
}

/** One pass over the routes of a shape. */
interface Pass {
  readonly size: number;
  readonly isMeasured: boolean;
  /** How often each request is sent. */
  readonly turns: number;
  /** The routes that are tried; undefined: all. */
  readonly only?: ReadonlySet<string>;
}

const WARM_UP: Pass = { size: WARM_UP_BYTES, isMeasured: false, turns: 1 };

/** Tries one shape on one layout, from small to large. */
export class Trial {
  private readonly samples: Sample[] = [];
  private readonly faults = new Map<string, string>();
  /** Routes that have failed by so much that larger sizes are not tried. */
  private readonly hopeless = new Set<string>();

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

  /** Variants of a route differ in how a session is shown, so one layout is enough for them. */
  private get isFirstLayout(): boolean {
    return this.stored.layout === LAYOUTS[0];
  }

  async run(): Promise<TrialOutcome> {
    await this.try(WARM_UP);
    this.meter.forgetPeak();
    for (const size of this.plan.sizes) await this.trySize(size);
    const growths = await this.judgeGrowth();
    const longest = Math.max(0, ...this.samples.map(({ bytes }) => bytes));
    const ofMemory = memoryViolation(this.meter.peakMegabytes, longest);
    if (ofMemory !== undefined) this.faults.set('memory', ofMemory);
    const faults = [...this.faults].map(([route, fault]) => ({ route, fault }));
    return {
      shape: this.shape.name,
      layout: this.stored.layout,
      samples: this.samples,
      growths,
      faults,
      peakMegabytes: this.meter.peakMegabytes,
      seconds: (performance.now() - this.start) / 1_000,
    };
  }

  /** Measures every route once, and where the event loop was held a little too long, twice more. */
  private async trySize(size: number): Promise<void> {
    await this.try({ size, isMeasured: true, turns: 1 });
    const ofSize = this.samples.filter((sample) => sample.size === size);
    const only = new Set(ofSize.filter((sample) => needsRemeasuring(sample, this.factor)).map(({ route }) => route));
    if (only.size > 0) await this.try({ size, isMeasured: true, turns: 2, only });
    for (const route of new Set(ofSize.map((sample) => sample.route))) {
      const holds = this.samples.filter((sample) => sample.size === size && sample.route === route);
      this.reportFault(route, stallViolation(holds, this.factor));
    }
  }

  private isGivenUp(): boolean {
    return this.faults.size > 0 && performance.now() - this.start > this.plan.patienceMs;
  }

  private reportFault(route: string, fault: string | undefined): void {
    if (fault !== undefined && !this.faults.has(route)) this.faults.set(route, fault);
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
      for (let turn = 0; turn < pass.turns; turn++) await this.ask(route, 0, shape.statuses ?? [], pass);
    }
  }

  private async trySession(shape: SessionShape, pass: Pass): Promise<void> {
    const value = shape.value(pass.size);
    const { id, bytes } = await this.create(shape, value, pass);
    const ask = async (routes: readonly CostRoute[], statuses: readonly number[]) => {
      for (const route of routes) {
        for (let turn = 0; turn < pass.turns; turn++) await this.ask(route, bytes, statuses, pass);
      }
    };
    // A session without runs has no run r0.
    await ask(reads(id, value), value.runs === undefined ? [...READ, 404] : READ);
    if (this.isFirstLayout) await ask(variants(id, value, shape.listQueries), READ);
    if (shape.storing !== 'sql') await ask(changes(id, value), [...READ, ...(shape.statuses ?? [])]);
    await ask([deletion(id)], DELETED);
  }

  /** Creates the session by a request, or else by SQL. */
  private async create(shape: SessionShape, value: SessionValue, pass: Pass): Promise<StoredSession> {
    let created: StoredSession | undefined;
    await this.stored.clear();
    for (let turn = 0; turn < pass.turns && shape.storing !== 'sql'; turn++) {
      const id = this.stored.newId();
      const route = creation(id, value);
      // Runs are unique in the table, whatever their session.
      if (turn > 0) await this.stored.clear();
      const status = await this.ask(route, 0, shape.statuses ?? CREATED, pass);
      created = status === 201 ? { id, bytes: await this.stored.bytesOf(id) } : undefined;
    }
    if (created !== undefined && shape.storing !== 'both') return created;
    await this.stored.clear();
    return this.stored.store(value);
  }

  /** @returns the status of the response; undefined when the request was left out */
  private async ask(
    route: CostRoute,
    storedBytes: number,
    statuses: readonly number[],
    { size, isMeasured, only }: Pass,
  ): Promise<number | undefined> {
    if (this.isGivenUp() || this.hopeless.has(route.name) || only?.has(route.name) === false) return undefined;
    if (!isMeasured) return this.meter.warmUp(route);
    const sample = await this.meter.measure(route, size, storedBytes);
    this.samples.push(sample);
    // The end of the process is worse than what was found before.
    if (sample.status === 0) this.faults.delete(route.name);
    this.reportFault(route.name, responseViolation(sample, statuses));
    if (failsByFar(sample, this.factor)) this.hopeless.add(route.name);
    return sample.status;
  }

  /**
   * Compares CPU per byte at the largest sizes. Where single measurements look like growth, measures the last doubling as
   * often as the rule says before it is believed.
   */
  private async judgeGrowth(): Promise<readonly Growth[]> {
    const [quarter = 0, whole = 0] = this.plan.sizes.slice(-2);
    const half = whole / 2;
    const suspects = cpuGrowths(this.samples, quarter, whole, this.factor).filter(isSuspicious);
    // A route that fails already needs no further proof.
    const only = new Set(suspects.map(({ route }) => route).filter((route) => !this.faults.has(route)));
    if (only.size > 0) {
      for (const size of [half, whole]) await this.try({ size, isMeasured: true, turns: MEASUREMENTS, only });
    }
    const growths = cpuGrowths(this.samples, half, whole, this.factor);
    for (const growth of growths) this.reportFault(growth.route, growthViolation(growth, this.plan.leeway));
    const judged = new Set(growths.map(({ route }) => route));
    const others = cpuGrowths(this.samples, quarter, whole, this.factor).filter(({ route }) => !judged.has(route));
    return [...growths, ...others];
  }
}

const BODY_ROUTES = ['POST', 'PATCH', 'rename', 'DELETE'] as const;

/** The sizes that every route is measured at: one megabyte, an eighth, a quarter and all of the largest size. */
export function sizesOf({ mostBytes = MOST_BYTES }: Shape): readonly number[] {
  const parts = [8, 4, 1].map((part) => mostBytes / part);
  const sizes = mostBytes > ONE_MEGABYTE ? [ONE_MEGABYTE, ...parts] : parts;
  return sizes.sort((one, other) => one - other);
}
