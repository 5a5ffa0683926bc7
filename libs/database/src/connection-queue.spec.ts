import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionQueue, type WorkKind } from './connection-queue.js';
import { DatabaseOverloaded, UNOBSERVED } from './index.js';

/** Enters requests of one kind until the next would have to wait; returns the number of requests that entered. */
function enterAll(queue: ConnectionQueue, work: WorkKind): number {
  let count = 0;
  while (queue.hasCapacity(work)) {
    void queue.enter(work);
    count++;
  }
  return count;
}

describe('ConnectionQueue', () => {
  it.each([
    [10, { list: 5, large: 4 }],
    [4, { list: 2, large: 1 }],
    [2, { list: 1, large: 0 }],
    [1, { list: 1, large: 0 }],
  ])('limits lists to half of %i connections, and lists plus large results to all but one', (size, admitted) => {
    const queue = new ConnectionQueue('main', { size, queueTimeoutMs: 1 }, UNOBSERVED);
    expect({ list: enterAll(queue, 'list'), large: enterAll(queue, 'large') }).toEqual(admitted);
  });

  it('serves waiting requests in order, but skips kinds of work that have reached their limit', async () => {
    const queue = new ConnectionQueue('main', { size: 4, queueTimeoutMs: 10_000 }, UNOBSERVED);
    enterAll(queue, 'list');
    enterAll(queue, 'large');
    const started: string[] = [];
    const waiting = (['list', 'large', 'list'] as const).map((work, index) =>
      queue.enter(work)?.then(() => started.push(`${work} ${index}`)),
    );
    expect(queue.waiting).toBe(3);
    queue.leave('large');
    await waiting[1];
    expect(started).toEqual(['large 1']);
    queue.leave('list');
    queue.leave('list');
    await Promise.all(waiting);
    expect(started).toEqual(['large 1', 'list 0', 'list 2']);
    expect(queue.waiting).toBe(0);
  });

  it('rejects a request with DatabaseOverloaded after the queue timeout', async () => {
    const queue = new ConnectionQueue('main', { size: 2, queueTimeoutMs: 5 }, UNOBSERVED);
    enterAll(queue, 'list');
    await expect(queue.enter('list')).rejects.toThrow(DatabaseOverloaded);
    queue.leave('list');
    expect(queue.hasCapacity('list')).toBe(true);
  });

  describe('isOverloaded', () => {
    const overloadedKinds = (queue: ConnectionQueue) =>
      (['short', 'list', 'large'] as const).filter((kind) => queue.isOverloaded(kind));

    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('returns true for a kind of work when its first request has waited for half of the queue timeout', async () => {
      const queue = new ConnectionQueue('main', { size: 4, queueTimeoutMs: 100 }, UNOBSERVED);
      enterAll(queue, 'list');
      const list = queue.enter('list');
      vi.advanceTimersByTime(49);
      expect(overloadedKinds(queue)).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(overloadedKinds(queue)).toEqual(['list']);
      queue.leave('list');
      await list;
      expect(overloadedKinds(queue)).toEqual([]);
    });
  });

  it('serves short work on the connection that lists leave free, even while a list waits', () => {
    const queue = new ConnectionQueue('main', { size: 2, queueTimeoutMs: 100 }, UNOBSERVED);
    enterAll(queue, 'list');
    void queue.enter('list')?.catch(() => undefined);
    expect(queue.isBulkWaiting).toBe(true);
    expect(enterAll(queue, 'short')).toBe(1);
    void queue.enter('short')?.catch(() => undefined);
    queue.leave('short');
    expect(queue.waiting).toBe(1);
    expect(queue.hasCapacity('short')).toBe(false);
  });

  it('notifies the observer of a request that has waited until the queue timeout', async () => {
    const connectionTimedOut = vi.fn();
    const queue = new ConnectionQueue('main', { size: 1, queueTimeoutMs: 5 }, { connectionTimedOut });
    enterAll(queue, 'short');
    await expect(queue.enter('short')).rejects.toThrow(DatabaseOverloaded);
    expect(connectionTimedOut).toHaveBeenCalledExactlyOnceWith('main');
    expect(queue.waiting).toBe(0);
  });
});
