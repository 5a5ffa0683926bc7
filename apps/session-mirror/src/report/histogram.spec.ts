import { describe, expect, it } from 'vitest';
import { Histogram } from './tally.js';

function of(...milliseconds: number[]): Histogram {
  const histogram = new Histogram();
  for (const each of milliseconds) histogram.add(each);
  return histogram;
}

describe('a histogram', () => {
  it('tells percentiles to a tenth', () => {
    const histogram = of(...Array.from({ length: 1000 }, (_, at) => at + 1));
    for (const [share, exact] of [
      [0.5, 500],
      [0.9, 900],
      [0.99, 990],
    ] as const) {
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(exact);
      expect(histogram.percentile(share)).toBeLessThanOrEqual(exact * 1.1);
    }
    expect(histogram.percentile(1)).toBe(1000);
    expect([histogram.count, histogram.mean, histogram.max]).toEqual([1000, 500.5, 1000]);
  });

  it('takes what is too small and too large', () => {
    const histogram = of(0, 1e9);
    expect(histogram.buckets().reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect(histogram.max).toBe(1e9);
  });

  it('has nothing when it is empty', () => {
    expect([of().percentile(0.5), of().mean, of().buckets()]).toEqual([0, 0, []]);
  });

  it('shows the buckets between the first and the last', () => {
    const buckets = of(1, 1, 2).buckets();
    expect(buckets[0]?.count).toBe(2);
    expect(buckets.at(-1)?.count).toBe(1);
    for (const { upTo } of buckets) expect(upTo).toBeLessThan(2.2);
  });
});
