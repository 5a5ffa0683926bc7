import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { scrapeMetrics } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase, unreachableDsn } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const DRAIN_MS = scaled(2_000);

describe('a service in operation', () => {
  let database: ScratchDatabase;
  let unborn: string;
  let service: ServerProcess;
  let managementPort: number;

  beforeAll(async () => {
    database = await createScratchDatabase();
    unborn = await unreachableDsn();
    managementPort = await freePort();
    service = await startSessionService({
      AGNO_MANAGEMENT_PORT: String(managementPort),
      AGNO_SESSION_DSN_MAP: JSON.stringify({ main: database.dsn, unborn }),
      AGNO_DRAIN_DELAY_MS: String(DRAIN_MS),
      OS_SECURITY_KEY: 'key-of-the-operator',
      AGNO_POOLSIZE: '3',
    });
  });
  afterAll(() => service.stop());

  const statusOf = async (path: string) => (await call(service.baseUrl, path)).status;
  const onManagement = (path: string) => call(`http://127.0.0.1:${managementPort}`, path);
  const headers = { authorization: 'Bearer key-of-the-operator' };

  it('is ready when the default database responds, and names the databases that are down', async () => {
    const reply = await onManagement('/readyz');
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({
      status: 'degraded',
      details: { main: { status: 'up' }, unborn: { status: 'degraded' } },
    });
    expect(reply.text).not.toContain('hush');
    expect([await statusOf('/livez'), await statusOf('/healthz')]).toEqual([200, 200]);
  });

  it('logs a warning with the correct name when an environment variable is misspelt', async () => {
    await expect.poll(() => service.output()).toMatch(/AGNO_POOLSIZE is ignored.*did you mean AGNO_POOL_SIZE\?/);
  });

  it('counts requests by route template and status, and statements by db_id', async () => {
    await call(service.baseUrl, '/sessions', { method: 'POST', headers, body: { session_id: 'one' } });
    for (const id of ['one', 'two', 'three']) await call(service.baseUrl, `/sessions/${id}`, { headers });
    await call(service.baseUrl, '/nowhere', { headers });
    const metrics = await scrapeMetrics({ baseUrl: `http://127.0.0.1:${managementPort}` });
    const requests = (labels: string) => metrics.get(`http_server_request_duration_seconds_count{${labels}}`);
    const route = 'http_request_method="GET",http_route="/sessions/:session_id"';
    expect(requests(`${route},http_response_status_code="200"`)).toBe(1);
    expect(requests(`${route},http_response_status_code="404"`)).toBe(2);
    expect(
      requests('http_request_method="GET",http_route="unmatched",http_response_status_code="404"'),
    ).toBeGreaterThanOrEqual(1);
    expect([...metrics.keys()].filter((name) => name.includes('db_operation_name'))).not.toEqual([]);
    expect(metrics.get('db_client_connection_max{db_id="main"}')).toBe(10);
    expect(metrics.get('db_client_connection_pending_requests{db_id="main"}')).toBe(0);
    for (const id of ['main', 'unborn']) {
      expect(metrics.get(`db_client_connection_timeouts_total{db_id="${id}"}`)).toBe(0);
      expect(metrics.get(`agno_session_service_requests_refused_total{db_id="${id}"}`)).toBe(0);
      for (const outcome of ['retried', 'rejected']) {
        const labels = `db_id="${id}",outcome="${outcome}"`;
        expect(metrics.get(`agno_session_service_transaction_conflicts_total{${labels}}`)).toBe(0);
      }
    }
    expect(metrics.get('agno_session_service_database_up{db_id="main"}')).toBe(1);
    expect(metrics.get('agno_session_service_database_up{db_id="unborn"}')).toBe(0);
  });

  it('is live but not ready while the default database is down', async () => {
    await database.goDown();
    await until(async () => (await statusOf('/readyz')) === 503);
    expect((await onManagement('/readyz')).json).toMatchObject({ status: 'error', error: { main: {} } });
    expect(await statusOf('/livez')).toBe(200);
    await database.comeBack();
    await until(async () => (await statusOf('/readyz')) === 200);
  });

  it('sends Keep-Alive with 620 s, longer than the idle timeout of load balancers', async () => {
    expect((await call(service.baseUrl, '/healthz')).headers.get('keep-alive')).toBe('timeout=620');
  });

  it('is not ready while it drains, but still live and serving requests', async () => {
    const exit = service.stop();
    await until(async () => (await statusOf('/readyz')) === 503);
    expect([await statusOf('/livez'), await statusOf('/healthz')]).toEqual([200, 200]);
    const reply = await call(service.baseUrl, '/sessions/one', { headers });
    expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'keep-alive']);
    expect(await exit).toBe(0);
  });
});

describe('metrics of several workers', () => {
  it('are summed in the /metrics response of any worker', async () => {
    const database = await createScratchDatabase();
    const service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_SERVICE_WORKERS: '2' });
    try {
      for (let request = 0; request < 10; request++) {
        await call(service.baseUrl, '/sessions', { headers: { connection: 'close' } });
      }
      const metrics = await scrapeMetrics(service);
      const labels = 'http_request_method="GET",http_route="/sessions",http_response_status_code="200"';
      expect(metrics.get(`http_server_request_duration_seconds_count{${labels}}`)).toBe(10);
      expect(metrics.get('db_client_connection_max{db_id="default"}')).toBe(10);
    } finally {
      await service.stop();
    }
  });
});
