import type { Sample } from './measurement.js';

const MEGABYTE = 1_000_000;
const STALL_MS_PER_MEGABYTE = 50;
const MAX_STALL_MS = 250;
const MAX_GROWTH = 1.5;
/** Growth over two doublings that needs no repeated measurement, because it is well below MAX_GROWTH. */
const UNSUSPICIOUS_GROWTH = 1.35;
const MAX_LOGGED_BYTES = 4_096;
/** Smaller values are not compared: fixed costs and garbage collection make them vary by more than MAX_GROWTH. */
const MIN_CPU_MS = 40;
const MIN_NS_PER_BYTE = 25;
/** A stall above the limit, but below this multiple of it, is measured again. */
const REMEASURE_SHARE = 2;
/** After a stall of more than this multiple of the limit, larger sizes are skipped. */
const SKIP_SHARE = 4;

/** CPU per byte of a route at a smaller (`from`) and a larger size (`to`), in nanoseconds. */
export interface Growth {
  readonly route: string;
  readonly from: number;
  readonly to: number;
  /** Number of doublings between the sizes. */
  readonly doublings: number;
  readonly ratio: number;
}

/** Longest allowed event-loop stall for a number of bytes, on the reference machine. */
export function stallLimitMs(bytes: number): number {
  return Math.min(MAX_STALL_MS, STALL_MS_PER_MEGABYTE * Math.max(1, bytes / MEGABYTE));
}

/** Describes why a response is not allowed (status, log size); undefined if it is allowed. */
export function responseViolation(sample: Sample, statuses: readonly number[]): string | undefined {
  const { status, stall, loggedBytes, violation = '' } = sample;
  if (status === 0)
    return `${sizeOf(sample)}: ${violation || 'connection closed'}, after ${stall.ms.toFixed(0)} ms of CPU`;
  if (!statuses.includes(status)) return `${sizeOf(sample)}: status ${status} ${violation.slice(0, 80)}`;
  if (loggedBytes > MAX_LOGGED_BYTES) return `${sizeOf(sample)}: logged ${loggedBytes} bytes`;
  return undefined;
}

/** Describes a median stall of a route at one size that exceeds the limit; undefined if it is within the limit. */
export function stallViolation(samples: readonly Sample[], factor: number): string | undefined {
  const sorted = [...samples].sort((a, b) => a.stall.ms - b.stall.ms);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined || share(middle, factor) <= 1) return undefined;
  const { stall, bytes } = middle;
  const limit = (stallLimitMs(bytes) * factor).toFixed(0);
  return `${sizeOf(middle)}: stalled ${stall.ms.toFixed(0)} ms (${stall.gcMs.toFixed(0)} ms of it GC), limit ${limit}`;
}

/** Memory limit of the chart's pod, in megabytes. */
const MAX_MEGABYTES = 537;
/**
 * Half of the memory budget in megabytes. A longer value is still accepted; each byte beyond it may take COPIES bytes.
 */
const HALF_BUDGET_MEGABYTES = 67;
const COPIES = 4;

/** Describes a peak memory over the limit for a longest value of `longestBytes`; undefined if it is within it. */
export function memoryViolation(peakMegabytes: number, longestBytes: number): string | undefined {
  const limit = MAX_MEGABYTES + COPIES * Math.max(0, longestBytes / MEGABYTE - HALF_BUDGET_MEGABYTES);
  return peakMegabytes <= limit ? undefined : `${peakMegabytes.toFixed(0)} MB resident, limit ${limit.toFixed(0)}`;
}

/** True for a stall so slightly above the limit that it may be noise and must be measured again. */
export function needsRemeasuring(sample: Sample, factor: number): boolean {
  return share(sample, factor) > 1 && share(sample, factor) < REMEASURE_SHARE;
}

/** True for a request that failed so clearly that larger sizes are skipped. */
export function failsByFar(sample: Sample, factor: number): boolean {
  return sample.status === 0 || sample.status >= 500 || share(sample, factor) > SKIP_SHARE;
}

/** The event-loop stall divided by its limit on this machine. */
function share({ stall, bytes }: Sample, factor: number): number {
  return stall.ms / (stallLimitMs(bytes) * factor);
}

function sizeOf({ bytes }: Sample): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

/** CPU per byte of every route at two sizes, without routes that take too little CPU to be compared. */
export function cpuGrowths(
  samples: readonly Sample[],
  small: number,
  large: number,
  factor: number,
): readonly Growth[] {
  const routes = [...new Set(samples.map(({ route }) => route))];
  return routes.flatMap((route) => {
    const samplesAt = (size: number) => samples.filter((sample) => sample.route === route && sample.size === size);
    const [smaller, larger] = [samplesAt(small), samplesAt(large)];
    const cpuMs = median(larger.map((sample) => sample.cpuMs));
    const [from, to] = [median(smaller.map(perByte)), median(larger.map(perByte))];
    const minRatio = Math.min(...larger.map(perByte)) / Math.min(...smaller.map(perByte));
    const isComparable = cpuMs >= MIN_CPU_MS * factor && to >= MIN_NS_PER_BYTE * factor;
    if (smaller.length === 0 || larger.length === 0 || !isComparable) return [];
    // Interference only adds CPU time, so real growth also shows in the cheapest measurements.
    const ratio = Math.min(to / from, minRatio);
    return [{ route, from, to, doublings: Math.round(Math.log2(large / small)), ratio }];
  });
}

/** True for a growth over two doublings that must be measured again. */
export function isSuspicious({ ratio }: Growth): boolean {
  return ratio > UNSUSPICIOUS_GROWTH;
}

function perByte({ cpuMs, bytes }: Sample): number {
  return (cpuMs * 1_000_000) / Math.max(1, bytes);
}

/** @param leeway multiple of MAX_GROWTH that is allowed */
export function growthViolation({ ratio, from, to }: Growth, leeway: number): string | undefined {
  if (ratio <= MAX_GROWTH * leeway) return undefined;
  return `CPU grows from ${from.toFixed(0)} to ${to.toFixed(0)} ns per byte, ×${ratio.toFixed(2)}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
