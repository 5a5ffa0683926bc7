import { describe, expect, it } from 'vitest';
import { Deadline } from './deadline.js';
import { RequestCoalescer } from './request-coalescer.js';

/** Work that the test ends by calling the functions in `ends`, one per start. */
function controlledWork() {
  const ends: ((result: string) => void)[] = [];
  const deadlines: Deadline[] = [];
  const work = (deadline: Deadline) => {
    deadlines.push(deadline);
    return new Promise<string>((resolve) => ends.push(resolve));
  };
  return { work, ends, deadlines };
}

describe('RequestCoalescer', () => {
  it('starts new work for a caller that asks while earlier work is running', async () => {
    const coalescer = new RequestCoalescer<string>();
    const { work, ends } = controlledWork();
    const first = coalescer.run('k', new Deadline(), work);
    const second = coalescer.run('k', new Deadline(), work);
    expect(ends).toHaveLength(1);
    ends[0]?.('before');
    expect(await first).toBe('before');
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.('after');
    expect(await second).toBe('after');
  });

  it('returns one result to all callers that asked before the work started', async () => {
    const coalescer = new RequestCoalescer<string>();
    const { work, ends } = controlledWork();
    coalescer.run('k', new Deadline(), work);
    const waiting = Array.from({ length: 5 }, () => coalescer.run('k', new Deadline(), work));
    ends[0]?.('before');
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.('shared');
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 5 }, () => 'shared'));
    expect(ends).toHaveLength(2);
  });

  it('starts new work for a caller when all callers of the pending work have timed out', async () => {
    const coalescer = new RequestCoalescer<string>();
    const { work, ends, deadlines } = controlledWork();
    const left = new Deadline();
    coalescer.run('k', new Deadline(), work);
    const abandoned = coalescer.run('k', left, work);
    left.expire();
    const late = new Deadline();
    late.expire();
    const wanted = coalescer.run('k', new Deadline(), work);
    coalescer.run('k', late, work);
    ends[0]?.('before');
    await expect.poll(() => ends.length).toBe(3);
    expect(deadlines.map(({ hasExpired }) => hasExpired)).toEqual([false, true, false]);
    for (const end of ends) end('after');
    expect(await Promise.all([abandoned, wanted])).toEqual(['after', 'after']);
  });

  it('runs new work after a failure', async () => {
    const coalescer = new RequestCoalescer<string>();
    await expect(coalescer.run('k', new Deadline(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await coalescer.run('k', new Deadline(), () => Promise.resolve('yes'))).toBe('yes');
  });

  it('expires the deadline of the work only when the deadlines of all its callers have expired', () => {
    const coalescer = new RequestCoalescer<string>();
    const { work, ends, deadlines } = controlledWork();
    const [first, second] = [new Deadline(), new Deadline()];
    coalescer.run('k', new Deadline(), work);
    coalescer.run('k', first, work);
    coalescer.run('k', second, work);
    ends[0]?.('before');
    return expect
      .poll(() => deadlines.length)
      .toBe(2)
      .then(() => {
        first.expire();
        expect(deadlines[1]?.hasExpired).toBe(false);
        second.expire();
        expect(deadlines[1]?.hasExpired).toBe(true);
      });
  });
});
