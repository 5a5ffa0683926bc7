import type { Sample } from './measurement.js';

const MEGABYTE = 1_000_000;
const HOLD_MS_PER_MEGABYTE = 50;
const MOST_HOLD_MS = 250;
const MOST_GROWTH = 1.5;
/** A growth up to this over two doublings is well within the rule. */
const CALM_GROWTH = 1.35;
const MOST_LOGGED_BYTES = 4_096;
/** Below these, CPU time is that of any request, of copying bytes and of garbage collection, and varies by more than 1.5. */
const LEAST_CPU_MS = 40;
const LEAST_NS_PER_BYTE = 25;
/** Holds of up to so many times the limit are measured again. */
const DOUBTFUL_SHARE = 2;
/** After a hold of so many times the limit, larger sizes are not tried. */
const HOPELESS_SHARE = 4;

/** CPU per byte of a route at two sizes, in nanoseconds. */
export interface Growth {
  readonly route: string;
  readonly from: number;
  readonly to: number;
  /** How often the bytes double in between. */
  readonly doublings: number;
  readonly ratio: number;
}

/** How long the event loop may be held for so many bytes, on the reference machine. */
export function stallLimitMs(bytes: number): number {
  return Math.min(MOST_HOLD_MS, HOLD_MS_PER_MEGABYTE * Math.max(1, bytes / MEGABYTE));
}

/** A response that must not be; undefined: it may. */
export function responseViolation(sample: Sample, statuses: readonly number[]): string | undefined {
  const { status, hold, loggedBytes, fault = '' } = sample;
  if (status === 0) return `${sizeOf(sample)}: ${fault || 'connection closed'}, after ${hold.ms.toFixed(0)} ms of CPU`;
  if (!statuses.includes(status)) return `${sizeOf(sample)}: status ${status} ${fault.slice(0, 80)}`;
  if (loggedBytes > MOST_LOGGED_BYTES) return `${sizeOf(sample)}: logged ${loggedBytes} bytes`;
  return undefined;
}

/** The holds of a route at one size, by their median; undefined: within the limit. */
export function stallViolation(samples: readonly Sample[], factor: number): string | undefined {
  const sorted = [...samples].sort((one, other) => one.hold.ms - other.hold.ms);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined || share(middle, factor) <= 1) return undefined;
  const { hold, bytes } = middle;
  const limit = (stallLimitMs(bytes) * factor).toFixed(0);
  return `${sizeOf(middle)}: held ${hold.ms.toFixed(0)} ms (${hold.gcMs.toFixed(0)} ms of it GC), limit ${limit}`;
}

/** A process in the chart's pod has so much, in megabytes. */
const MOST_MEGABYTES = 537;
/** One value may be longer than half of the memory budget; it is held as bytes, as text, and in the response. */
const HALF_BUDGET_MEGABYTES = 67;
const COPIES = 4;

/** The peak of the process over a shape whose longest value has so many bytes; undefined: within the limit. */
export function memoryViolation(peakMegabytes: number, longestBytes: number): string | undefined {
  const limit = MOST_MEGABYTES + COPIES * Math.max(0, longestBytes / MEGABYTE - HALF_BUDGET_MEGABYTES);
  return peakMegabytes <= limit ? undefined : `${peakMegabytes.toFixed(0)} MB resident, limit ${limit.toFixed(0)}`;
}

/** True for a hold so close to the limit that chance may have caused it: it is measured again. */
export function needsRemeasuring(sample: Sample, factor: number): boolean {
  return share(sample, factor) > 1 && share(sample, factor) < DOUBTFUL_SHARE;
}

/** True for a request after which larger ones need not be tried. */
export function failsByFar(sample: Sample, factor: number): boolean {
  return sample.status === 0 || sample.status >= 500 || share(sample, factor) > HOPELESS_SHARE;
}

/** The part of what it may take that a hold has taken. */
function share({ hold, bytes }: Sample, factor: number): number {
  return hold.ms / (stallLimitMs(bytes) * factor);
}

function sizeOf({ bytes }: Sample): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

/** CPU per byte of every route at two sizes; leaves out routes that take too little CPU to be compared. */
export function cpuGrowths(
  samples: readonly Sample[],
  small: number,
  large: number,
  factor: number,
): readonly Growth[] {
  const routes = [...new Set(samples.map(({ route }) => route))];
  return routes.flatMap((route) => {
    const at = (wanted: number) => samples.filter((sample) => sample.route === route && sample.size === wanted);
    const [smaller, larger] = [at(small), at(large)];
    const cpuMs = median(larger.map((sample) => sample.cpuMs));
    const [from, to] = [median(smaller.map(perByte)), median(larger.map(perByte))];
    const leastRatio = Math.min(...larger.map(perByte)) / Math.min(...smaller.map(perByte));
    const isComparable = cpuMs >= LEAST_CPU_MS * factor && to >= LEAST_NS_PER_BYTE * factor;
    if (smaller.length === 0 || larger.length === 0 || !isComparable) return [];
    // Other processes only ever add CPU time, so that real growth shows in the cheapest measurements as well.
    const ratio = Math.min(to / from, leastRatio);
    return [{ route, from, to, doublings: Math.round(Math.log2(large / small)), ratio }];
  });
}

/** True for a growth that has to be measured again; over two doublings little is allowed. */
export function isSuspicious({ ratio }: Growth): boolean {
  return ratio > CALM_GROWTH;
}

/** Nanoseconds of CPU per byte. */
function perByte({ cpuMs, bytes }: Sample): number {
  return (cpuMs * 1_000_000) / Math.max(1, bytes);
}

/** @param leeway how many times the limit is allowed */
export function growthViolation({ ratio, from, to }: Growth, leeway: number): string | undefined {
  if (ratio <= MOST_GROWTH * leeway) return undefined;
  return `CPU grows from ${from.toFixed(0)} to ${to.toFixed(0)} ns per byte, ×${ratio.toFixed(2)}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
