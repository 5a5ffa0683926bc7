import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { type ClosingProxy, startClosingProxy } from '../support/closing-proxy.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

describe('a database connection that closes as soon as it is ready', () => {
  let network: ClosingProxy;
  let service: ServerProcess;

  beforeAll(async () => {
    const { dsn } = await createScratchDatabase();
    const url = new URL(dsn);
    network = await startClosingProxy(Number(url.port));
    url.port = String(network.port);
    service = await startSessionService({ AGNO_PG_DSN: `${url}?sslmode=disable`, AGNO_POOL_SIZE: '4' });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
  });
  afterAll(async () => {
    await service.stop();
    network.close();
  });

  it('fails requests only with 503 and does not crash the process', async () => {
    network.closeWhenReady();
    await until(async () => {
      const replies = await Promise.all(Array.from({ length: 8 }, () => call(service.baseUrl, '/sessions/s')));
      expect(replies.filter(({ status }) => ![200, 503].includes(status))).toEqual([]);
      return network.ended() >= 8;
    });
    expect(service.ended(), service.output()).toBe(false);
    expect((await call(service.baseUrl, '/livez')).status).toBe(200);
  });
});
