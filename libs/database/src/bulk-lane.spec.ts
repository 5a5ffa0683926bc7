import { expect, it } from 'vitest';
import { BulkLane, type BulkWork } from './bulk-lane.js';
import { DatabaseOverloaded } from './index.js';

/** Enters as often as there is a place at once. */
function enterAll(lane: BulkLane, work: BulkWork): number {
  let count = 0;
  while (lane.hasPlace(work)) {
    void lane.enter(work);
    count++;
  }
  return count;
}

it.each([
  [10, { list: 5, large: 4 }],
  [4, { list: 2, large: 1 }],
  [2, { list: 1, large: 0 }],
  [1, { list: 1, large: 0 }],
])('of a pool of %i gives lists half, and all bulk work together all but one', (size, places) => {
  const lane = new BulkLane('main', { size, queueTimeoutMs: 1 });
  expect({ list: enterAll(lane, 'list'), large: enterAll(lane, 'large') }).toEqual(places);
});

it('serves those who wait in their order, as far as there is a place for them', async () => {
  const lane = new BulkLane('main', { size: 4, queueTimeoutMs: 10_000 });
  enterAll(lane, 'list');
  enterAll(lane, 'large');
  const begun: string[] = [];
  const waiting = (['list', 'large', 'list'] as const).map((work, index) =>
    lane.enter(work)?.then(() => begun.push(`${work} ${index}`)),
  );
  expect(lane.waiting).toBe(3);
  lane.leave('large');
  await waiting[1];
  expect(begun).toEqual(['large 1']);
  lane.leave('list');
  lane.leave('list');
  await Promise.all(waiting);
  expect(begun).toEqual(['large 1', 'list 0', 'list 2']);
  expect(lane.waiting).toBe(0);
});

it('refuses those who wait for too long', async () => {
  const lane = new BulkLane('main', { size: 2, queueTimeoutMs: 5 });
  enterAll(lane, 'list');
  await expect(lane.enter('list')).rejects.toThrow(DatabaseOverloaded);
  lane.leave('list');
  expect(lane.hasPlace('list')).toBe(true);
});
