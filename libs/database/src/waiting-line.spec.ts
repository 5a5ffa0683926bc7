import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WaitingLine } from './waiting-line.js';

describe('WaitingLine', () => {
  let line: WaitingLine;
  const joined = (count: number) => Array.from({ length: count }, () => line.join());

  beforeEach(() => {
    vi.useFakeTimers();
    line = new WaitingLine(2);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('expects no wait where nobody waits', () => {
    expect(line.waitMs()).toBe(0);
  });

  it('expects the wait of the first while nobody is served', () => {
    joined(50);
    vi.advanceTimersByTime(70);
    expect(line.waitMs()).toBe(70);
  });

  it('expects at its pace what the whole line needs, as soon as every connection came back once', () => {
    const [first, second] = joined(50);
    vi.advanceTimersByTime(10);
    if (first) line.leave(first);
    expect(line.waitMs()).toBe(10);
    vi.advanceTimersByTime(20);
    if (second) line.leave(second);
    expect(line.waitMs()).toBe(48 * 15);
  });

  it('follows a pace that changes', () => {
    const places = joined(200);
    for (const place of places.slice(0, 100)) {
      vi.advanceTimersByTime(1);
      line.leave(place);
    }
    expect(line.waitMs()).toBe(100);
    for (const place of places.slice(100, 199)) {
      vi.advanceTimersByTime(100);
      line.leave(place);
    }
    joined(9);
    expect(line.waitMs()).toBeGreaterThan(950);
  });

  it('forgets the pace of a line that came to its end', () => {
    for (const place of joined(3)) {
      vi.advanceTimersByTime(1_000);
      line.leave(place);
    }
    joined(3);
    expect(line.waitMs()).toBe(0);
  });
});
