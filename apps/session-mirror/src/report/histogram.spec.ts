import { describe, expect, it } from 'vitest';
import { Histogram } from './tally.js';

function histogramOf(...milliseconds: number[]): Histogram {
  const histogram = new Histogram();
  for (const value of milliseconds) histogram.add(value);
  return histogram;
}

describe('Histogram', () => {
  it('returns percentiles that are at most 10 % too high', () => {
    const histogram = histogramOf(...Array.from({ length: 1000 }, (_, index) => index + 1));
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

  it('counts values outside its range in the first or last bucket', () => {
    const histogram = histogramOf(0, 1e9);
    expect(histogram.buckets().reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect(histogram.max).toBe(1e9);
  });

  it('returns zeros and no buckets when empty', () => {
    expect([histogramOf().percentile(0.5), histogramOf().mean, histogramOf().buckets()]).toEqual([0, 0, []]);
  });

  it('returns only the buckets from the smallest to the largest value', () => {
    const buckets = histogramOf(1, 1, 2).buckets();
    expect(buckets[0]?.count).toBe(2);
    expect(buckets.at(-1)?.count).toBe(1);
    for (const { upTo } of buckets) expect(upTo).toBeLessThan(2.2);
  });
});
