import { Logger } from '@nestjs/common';
import type { HealthIndicatorService } from '@nestjs/terminus';
import { type DatabaseRegistry, DatabaseUnavailable } from '@session-service/database';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatabaseHealth } from './database-health.js';

const REFUSED = new DatabaseUnavailable('main', new Error('connect ECONNREFUSED 127.0.0.1:5432'));

const lines: string[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  lines.length = 0;
});

describe('DatabaseHealth', () => {
  it('logs the reason when a database goes down and every minute, and logs when it is up again', async () => {
    const query = vi.fn<() => Promise<object[]>>().mockRejectedValue(REFUSED);
    const check = checksOf({ query });
    for (let second = 0; second < 130; second += 5) await check();
    expect(lines).toEqual([
      "Database 'main' is down: connect ECONNREFUSED 127.0.0.1:5432",
      "Database 'main' has been down for 60 s: connect ECONNREFUSED 127.0.0.1:5432",
      "Database 'main' has been down for 120 s: connect ECONNREFUSED 127.0.0.1:5432",
    ]);
    query.mockResolvedValue([{}]);
    lines.length = 0;
    await check();
    await check();
    expect(lines).toEqual(["Database 'main' is up again after 130 s"]);
  });

  it('logs a database as up again when it has answered a request since the failed check', async () => {
    const hasRespondedWithin = vi.fn(() => false);
    const check = checksOf({ query: () => Promise.reject(REFUSED), hasRespondedWithin });
    await check();
    hasRespondedWithin.mockReturnValue(true);
    await check();
    expect(lines.at(-1)).toBe("Database 'main' is up again after 5 s");
  });

  it('logs the missing right when the role may not read the sessions table', async () => {
    await checksOf({ query: () => Promise.resolve([]) })();
    expect(lines).toEqual(["Database 'main' is down: the role may not read the sessions table"]);
  });

  it('logs nothing while a database is up', async () => {
    await checksOf({ query: () => Promise.resolve([{}]) })();
    expect(lines).toEqual([]);
  });
});

/** A health check of one database. Each call is 5 s after the one before. */
function checksOf(server: { query: () => Promise<object[]>; hasRespondedWithin?: () => boolean }) {
  const main = { id: 'main', hasRespondedWithin: () => false, hasDeniedSince: () => false, ...server };
  const tables = { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' };
  const registry = { servers: () => [main], options: { tables, defaultId: 'main' } };
  const health = new DatabaseHealth(registry as unknown as DatabaseRegistry, {} as HealthIndicatorService);
  return async () => {
    await health.statusById();
    vi.advanceTimersByTime(5_000);
  };
}
