/** Buckets per doubling: a figure read off a bucket is at most 9 % too high. */
const BUCKETS_PER_DOUBLING = 8;
const MIN_MS = 0.1;
const BUCKET_COUNT = 21 * BUCKETS_PER_DOUBLING; // up to 200 seconds

export interface Bucket {
  /** Upper bound, milliseconds. */
  readonly upTo: number;
  readonly count: number;
}

/** How long answers took: a fixed number of buckets, whatever is added. */
export class Histogram {
  private readonly counts = new Uint32Array(BUCKET_COUNT);
  private total = 0;
  private sum = 0;
  private largest = 0;

  add(milliseconds: number): void {
    const place = Math.ceil(Math.log2(milliseconds / MIN_MS) * BUCKETS_PER_DOUBLING);
    const bucket = Math.min(Math.max(place, 0), BUCKET_COUNT - 1);
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

  /** Milliseconds within which this share of the answers (0 to 1) came; 0 when there are none. */
  percentile(share: number): number {
    const wanted = Math.ceil(this.total * share);
    let seen = 0;
    for (const [place, count] of this.counts.entries()) {
      seen += count;
      if (seen >= wanted && count > 0) return Math.min(upperBound(place), this.largest);
    }
    return 0;
  }

  /** The buckets from the first to the last that holds something. */
  buckets(): Bucket[] {
    const first = this.counts.findIndex((count) => count > 0);
    if (first === -1) return [];
    const last = this.counts.findLastIndex((count) => count > 0);
    return [...this.counts.slice(first, last + 1)].map((count, at) => ({ upTo: upperBound(first + at), count }));
  }
}

function upperBound(place: number): number {
  return MIN_MS * 2 ** (place / BUCKETS_PER_DOUBLING);
}
