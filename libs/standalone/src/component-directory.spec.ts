import { ANONYMOUS } from '@session-service/auth';
import { Deadline } from '@session-service/database';
import { type ComponentRow, SessionRepositories, type SessionRepository } from '@session-service/storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComponentDirectory } from './component-directory.js';

const OPTIONS = { authentication: { mode: 'none', userIsolation: false }, timeLimitMs: 1_000 } as const;
const ann = { ...ANONYMOUS, isIsolated: true, userId: 'ann' };
const bob = { ...ANONYMOUS, isIsolated: true, userId: 'bob' };

/** A repository whose components a test sets. */
class FakeRepository {
  readonly database = { id: 'eu' };
  readonly reads: (string | undefined)[] = [];
  rows: readonly ComponentRow[] = [agent('guide')];

  components(userId: string | undefined): Promise<readonly ComponentRow[]> {
    this.reads.push(userId);
    return Promise.resolve(this.rows);
  }
}

function agent(id: string): ComponentRow {
  return { type: 'agent', id, name: null };
}

describe('ComponentDirectory', () => {
  let repository: FakeRepository;
  let directory: ComponentDirectory;
  const idsOf = async (caller = ANONYMOUS) => {
    const { components } = await directory.find(caller, new Deadline());
    return components.map(({ id }) => id);
  };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    repository = new FakeRepository();
    const repositories = new SessionRepositories([['eu', repository as unknown as SessionRepository]]);
    directory = new ComponentDirectory(repositories, OPTIONS);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('remembers the components for 60 seconds, then reads them again', async () => {
    expect(await idsOf()).toEqual(['guide']);
    repository.rows = [agent('guide'), agent('scout')];
    vi.advanceTimersByTime(59_999);
    expect(await idsOf()).toEqual(['guide']);
    vi.advanceTimersByTime(1);
    expect(await idsOf()).toEqual(['guide', 'scout']);
    expect(repository.reads).toHaveLength(2);
  });

  it('remembers them for each isolated user apart', async () => {
    await idsOf(ann);
    repository.rows = [agent('scout')];
    expect([await idsOf(bob), await idsOf(ann), await idsOf()]).toEqual([['scout'], ['guide'], ['scout']]);
    expect(repository.reads).toEqual(['ann', 'bob', undefined]);
  });

  it('reads once for concurrent requests', async () => {
    await Promise.all(Array.from({ length: 20 }, () => idsOf()));
    expect(repository.reads).toHaveLength(1);
  });

  it('does not remember an empty result, a failure or a very large result', async () => {
    const large = Array.from({ length: 1_000 }, (_, index) => agent(`${index}`.padEnd(270, 'x')));
    for (const rows of [[], large]) {
      repository.rows = rows;
      await idsOf();
    }
    vi.spyOn(repository, 'components').mockRejectedValueOnce(new Error('down'));
    expect((await directory.find(ANONYMOUS, new Deadline())).failure).toEqual(new Error('down'));
    repository.rows = [agent('guide')];
    expect(await idsOf()).toEqual(['guide']);
  });

  it('forgets the scopes that were used longest ago', async () => {
    await idsOf(ann);
    for (let user = 0; user < 256; user++) await idsOf({ ...ann, userId: `user ${user}` });
    await idsOf(ann);
    expect(repository.reads.filter((userId) => userId === 'ann')).toHaveLength(2);
  });

  it('does not wait longer than the time limit', async () => {
    vi.spyOn(repository, 'components').mockReturnValue(new Promise(() => undefined));
    const found = directory.find(ANONYMOUS, new Deadline());
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await found).failure).toMatchObject({ message: expect.stringContaining('took too long') });
  });
});
