import { describe, expect, it } from 'vitest';
import { MemoryBudget, MemoryBudgetFull } from './memory-budget.js';

const MB = 1_000_000;
/** Bytes of rows, and of a response, that each request holds uncounted. */
const UNCOUNTED = 131_072;

describe('MemoryBudget', () => {
  it('refuses bytes beyond the limit, and keeps the bytes that the request held before', () => {
    const budget = new MemoryBudget(100 * MB);
    const [first, second, third] = [budget.reservation(), budget.reservation(), budget.reservation()];
    first.hold(30 * MB + UNCOUNTED, 'rows');
    second.hold(40 * MB + UNCOUNTED, 'rows');
    third.hold(20 * MB + UNCOUNTED, 'rows');
    expect(budget.used).toBe(90 * MB);
    expect(() => first.hold(40 * MB + UNCOUNTED + 1, 'rows')).toThrow(MemoryBudgetFull);
    expect(budget.used).toBe(90 * MB);
    expect(budget.refusals).toEqual({ body: 0, rows: 1, change: 0, response: 0 });
    second.release();
    first.hold(40 * MB + UNCOUNTED + 1, 'rows');
    expect(budget.used).toBe(60 * MB + 1);
  });

  it('counts body and rows of a request until holdResponse, then only the response', () => {
    const budget = new MemoryBudget(100 * MB);
    const request = budget.reservation();
    request.hold(10 * MB + 16_384, 'body');
    request.hold(20 * MB + UNCOUNTED, 'rows');
    expect(budget.used).toBe(30 * MB);
    request.holdResponse(5 * MB + UNCOUNTED);
    expect(budget.used).toBe(5 * MB);
    request.release();
    request.hold(10 * MB, 'rows');
    expect(budget.used).toBe(0);
  });

  it('does not refuse small requests when the budget is used up', () => {
    const budget = new MemoryBudget(MB);
    budget.reservation().hold(0.5 * MB + UNCOUNTED, 'rows');
    budget.reservation().hold(0.5 * MB + UNCOUNTED, 'rows');
    expect(budget.used).toBe(MB);
    budget.reservation().hold(16_384, 'body');
    budget.reservation().holdResponse(UNCOUNTED);
    expect(() => budget.reservation().hold(16_385, 'body')).toThrow(MemoryBudgetFull);
  });

  it('lets writes and their responses exceed the budget by an eighth, but not reads', () => {
    const budget = new MemoryBudget(80 * MB);
    for (const bytes of [30, 30, 20]) budget.reservation().hold(bytes * MB + UNCOUNTED, 'rows');
    const changes = Array.from({ length: 10 }, () => budget.reservation());
    for (const change of changes) change.hold(MB, 'change');
    expect(() => budget.reservation().hold(1, 'change')).toThrow(MemoryBudgetFull);
    changes[0]?.holdResponse(MB);
    expect(() => changes[1]?.hold(UNCOUNTED + 1, 'rows')).toThrow(MemoryBudgetFull);
  });

  it('lets one request at a time hold more than half of the budget', () => {
    const budget = new MemoryBudget(100 * MB);
    const [first, second] = [budget.reservation(), budget.reservation()];
    first.hold(300 * MB, 'rows');
    expect(budget.used).toBe(50 * MB);
    expect(() => second.hold(60 * MB, 'rows')).toThrow(MemoryBudgetFull);
    second.hold(40 * MB, 'rows');
    first.release();
    second.hold(60 * MB, 'rows');
  });
});
