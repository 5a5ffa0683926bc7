import { Deadline } from '@session-service/database';
import { describe, expect, it } from 'vitest';
import { RequestCoalescer } from './request-coalescer.js';

/** Work that ends when told to, and counts how often it was begun. */
function controlledWork() {
  const ends: ((result: string) => void)[] = [];
  const deadlines: Deadline[] = [];
  const work = (deadline: Deadline) => {
    deadlines.push(deadline);
    return new Promise<string>((resolve) => ends.push(resolve));
  };
  return { work, ends, deadlines };
}

describe('SharedWork', () => {
  it('does not let a later caller join work that already runs', async () => {
    const shared = new RequestCoalescer<string>();
    const { work, ends } = controlledWork();
    const first = shared.run('k', new Deadline(), work);
    const second = shared.run('k', new Deadline(), work);
    expect(ends).toHaveLength(1);
    ends[0]?.('before');
    expect(await first).toBe('before');
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.('after');
    expect(await second).toBe('after');
  });

  it('gives one result to all who asked before the work began', async () => {
    const shared = new RequestCoalescer<string>();
    const { work, ends } = controlledWork();
    shared.run('k', new Deadline(), work);
    const waiting = Array.from({ length: 5 }, () => shared.run('k', new Deadline(), work));
    ends[0]?.('before');
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.('shared');
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 5 }, () => 'shared'));
    expect(ends).toHaveLength(2);
  });

  it('lets nobody join work that all others have left before it began', async () => {
    const shared = new RequestCoalescer<string>();
    const { work, ends, deadlines } = controlledWork();
    const left = new Deadline();
    shared.run('k', new Deadline(), work);
    const abandoned = shared.run('k', left, work);
    left.expire();
    const late = new Deadline();
    late.expire();
    const wanted = shared.run('k', new Deadline(), work);
    shared.run('k', late, work);
    ends[0]?.('before');
    await expect.poll(() => ends.length).toBe(3);
    expect(deadlines.map(({ hasExpired: hasPassed }) => hasPassed)).toEqual([false, true, false]);
    for (const end of ends) end('after');
    expect(await Promise.all([abandoned, wanted])).toEqual(['after', 'after']);
  });

  it('goes on after a failure', async () => {
    const shared = new RequestCoalescer<string>();
    await expect(shared.run('k', new Deadline(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await shared.run('k', new Deadline(), () => Promise.resolve('yes'))).toBe('yes');
  });

  it('gives the work up only when nobody waits for it any more', () => {
    const shared = new RequestCoalescer<string>();
    const { work, ends, deadlines } = controlledWork();
    const [one, two] = [new Deadline(), new Deadline()];
    shared.run('k', new Deadline(), work);
    shared.run('k', one, work);
    shared.run('k', two, work);
    ends[0]?.('before');
    return expect
      .poll(() => deadlines.length)
      .toBe(2)
      .then(() => {
        one.expire();
        expect(deadlines[1]?.hasExpired).toBe(false);
        two.expire();
        expect(deadlines[1]?.hasExpired).toBe(true);
      });
  });
});
