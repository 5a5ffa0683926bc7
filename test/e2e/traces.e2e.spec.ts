import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';
import { type CollectedSpan, startTraceCollector, type TraceCollector } from '../support/trace-collector.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SAMPLED = { traceparent: `00-${TRACE}-${CALLER}-01` };
const UNSAMPLED = { traceparent: `00-${TRACE}-${CALLER}-00` };

/** Makes the process print the path of each OpenTelemetry bundle that it loads. */
const LISTING_LOADED = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({
      load(url, context, next) {
        if (/open-telemetry|packages-of-traces/.test(url)) console.log('loaded ' + url);
        return next(url, context);
      },
    });`)}`,
};

/** Starts a collector, and a service with its own database that exports its spans to the collector. */
async function traced(env: Readonly<Record<string, string>> = {}) {
  const collector = await startTraceCollector();
  onTestFinished(() => collector.stop());
  const database = await createScratchDatabase();
  const service = await startSessionService({
    AGNO_PG_DSN: database.dsn,
    LOG_LEVEL: 'info',
    ...collector.env,
    ...env,
  });
  onTestFinished(async () => {
    await service.stop();
  });
  return { collector, database, service };
}

/** Stops the service, which flushes its spans on SIGTERM, and returns all collected spans. */
async function spansAtEnd(service: ServerProcess, collector: TraceCollector): Promise<readonly CollectedSpan[]> {
  expect(await service.stop()).toBe(0);
  return collector.spans();
}

const requests = (spans: readonly CollectedSpan[], name: string) =>
  spans.filter((span) => span.kind === 2 && span.name === name);
const statementsOf = (spans: readonly CollectedSpan[], { traceId, spanId }: CollectedSpan) =>
  spans.filter((span) => span.kind === 3 && span.traceId === traceId && span.parentSpanId === spanId);

function lineOf(service: ServerProcess, route: string): Record<string, unknown> {
  const line = service
    .output()
    .split('\n')
    .find((entry) => entry.startsWith('{') && entry.includes(`"route":"${route}"`));
  return JSON.parse(line ?? '{}');
}

describe('traces', () => {
  it("contain a span per request as child of the caller's span and a child span per statement, with their ids in log lines", async () => {
    const { collector, service } = await traced();
    await call(service.baseUrl, '/sessions', { method: 'POST', headers: SAMPLED, body: { session_id: 'planted-id' } });
    await call(service.baseUrl, '/sessions/planted-id?user_id=planted-user', {
      headers: { ...SAMPLED, authorization: 'Bearer planted-token' },
    });
    await call(service.baseUrl, '/nowhere/planted-path', { headers: SAMPLED });
    const spans = await spansAtEnd(service, collector);

    const [detail] = requests(spans, 'GET /sessions/{session_id}') as [CollectedSpan];
    expect(detail).toMatchObject({
      traceId: TRACE,
      parentSpanId: CALLER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/sessions/{session_id}',
        'http.response.status_code': 404,
        'url.scheme': 'http',
        db_id: 'default',
      },
      resource: { 'service.name': 'agno-session-service', 'service.version': '0.1.0' },
    });
    expect(detail.status.code).not.toBe(2);
    expect(lineOf(service, '/sessions/:session_id')).toMatchObject({ trace_id: TRACE, span_id: detail.spanId });
    for (const request of [...requests(spans, 'POST /sessions'), detail]) {
      expect(statementsOf(spans, request)).toContainEqual(
        expect.objectContaining({
          name: expect.stringMatching(/^[a-z-]+$/),
          attributes: expect.objectContaining({ 'db.system.name': 'postgresql', db_id: 'default' }),
        }),
      );
    }
    expect(requests(spans, 'GET')).toHaveLength(1);
    expect(collector.text()).not.toMatch(/planted|SELECT|INSERT/);
  });

  it('mark failed requests with their status, and failed statements with their SQLSTATE', async () => {
    const { collector, database, service } = await traced({ AGNO_REQUEST_TIMEOUT_MS: String(scaled(2_000)) });
    const created = await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } });
    expect(created.status).toBe(201);
    const lock = await database.lock('ai.agno_sessions');
    expect((await call(service.baseUrl, '/sessions/s', { headers: SAMPLED })).status).toBe(504);
    await until(async () => (await database.waitersFor('ai.agno_sessions')) === 0);
    await lock.release();
    await database.goDown();
    await call(service.baseUrl, '/sessions/s/runs');
    const spans = await spansAtEnd(service, collector);

    const late = requests(spans, 'GET /sessions/{session_id}').find(({ status }) => status.code === 2) as CollectedSpan;
    expect(late.attributes).toMatchObject({ 'http.response.status_code': 504, 'error.type': '504' });
    expect(statementsOf(spans, late)).toContainEqual(
      expect.objectContaining({
        status: expect.objectContaining({ code: 2 }),
        attributes: expect.objectContaining({ 'db.response.status_code': '57014' }),
      }),
    );
    const [down] = requests(spans, 'GET /sessions/{session_id}/runs') as [CollectedSpan];
    expect(down).toMatchObject({ status: { code: 2 }, attributes: { 'http.response.status_code': 503 } });
  });

  it('come from every worker and have the resource attributes of the OTEL_ variables', async () => {
    const { collector, service } = await traced({
      AGNO_SERVICE_WORKERS: '2',
      OTEL_SERVICE_NAME: 'chats',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    let asked = 0;
    await until(async () => {
      await call(service.baseUrl, '/sessions', { headers: { connection: 'close' } });
      asked++;
      return [0, 1].every((worker) => new RegExp(`"worker":${worker},.*"route":"/sessions"`).test(service.output()));
    });
    const spans = await spansAtEnd(service, collector);
    const lists = requests(spans, 'GET /sessions');
    expect(lists).toHaveLength(asked);
    expect(new Set(lists.map(({ resource }) => resource['service.instance.id'])).size).toBe(2);
    for (const list of lists) {
      expect(statementsOf(spans, list)).not.toEqual([]);
      expect(list.resource).toMatchObject({ 'service.name': 'chats', 'deployment.environment.name': 'test' });
    }
  });

  it("follow the caller's sampling decision, or the configured sampler when there is none", async () => {
    const { collector, service } = await traced({
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    for (const headers of [SAMPLED, UNSAMPLED, {}]) await call(service.baseUrl, '/sessions', { headers });
    const kept = requests(await spansAtEnd(service, collector), 'GET /sessions');
    expect(kept.map(({ traceId }) => traceId)).toEqual([TRACE]);
  });

  it('start with a span of the service, not of the caller, when OTEL_PROPAGATORS is none', async () => {
    const { collector, service } = await traced({ OTEL_PROPAGATORS: 'none' });
    await call(service.baseUrl, '/sessions', { headers: SAMPLED });
    const [list] = requests(await spansAtEnd(service, collector), 'GET /sessions') as [CollectedSpan];
    expect(list.traceId).not.toBe(TRACE);
    expect(list.parentSpanId ?? '').toBe('');
  });
});

describe('tracing', () => {
  it.each([[{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }], [{ OTEL_TRACES_EXPORTER: 'none' }], [{ OTEL_SDK_DISABLED: 'true' }]])(
    'loads no OpenTelemetry package and sends nothing when disabled by %j',
    async (env) => {
      const { collector, service } = await traced({ ...LISTING_LOADED, ...env });
      await call(service.baseUrl, '/sessions', { headers: SAMPLED });
      await spansAtEnd(service, collector);
      expect(service.output()).not.toContain('loaded file:');
      expect(collector.text()).toBe('');
      expect(lineOf(service, '/sessions')).not.toHaveProperty('trace_id');
    },
  );

  it('adds only the OpenTelemetry API to the bundle that is always loaded', () => {
    const packages = readFileSync(resolve(CHECKOUT, 'dist/service/packages.js'), 'utf8');
    const bundled = new Set(packages.match(/(?<=^\/\/ node_modules\/)@opentelemetry\/[\w-]+/gm));
    expect([...bundled]).toEqual(['@opentelemetry/api']);
  });

  // Shows that the first test of this block would notice a loaded package.
  it('loads both OpenTelemetry bundles when enabled', async () => {
    const { service } = await traced(LISTING_LOADED);
    await expect.poll(() => service.output()).toMatch(/loaded .*open-telemetry\.js/);
    await expect.poll(() => service.output()).toMatch(/loaded .*packages-of-traces\.js/);
  });
});

describe('trace export', () => {
  it('logs one warning for an unreachable collector and fails no request', async () => {
    const { service } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=planted-key',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      OTEL_BSP_SCHEDULE_DELAY: '10',
      LOG_LEVEL: 'warn',
    });
    const warnings = () => service.output().match(/The collector does not accept traces \(ECONNREFUSED\)/g) ?? [];
    await until(async () => {
      expect((await call(service.baseUrl, '/sessions')).status).toBe(200);
      return warnings().length > 0;
    });
    for (let index = 0; index < 50; index++) expect((await call(service.baseUrl, '/sessions')).status).toBe(200);
    expect(await service.stop()).toBe(0);
    expect(warnings()).toHaveLength(1);
    expect(service.output()).not.toContain('planted');
  });

  it('does not delay shutdown when the collector never responds', async () => {
    const silent = await startTraceCollector(false);
    onTestFinished(() => silent.stop());
    const { service } = await traced(silent.env);
    await call(service.baseUrl, '/sessions');
    expect(await service.stop()).toBe(0);
    expect(silent.text()).toContain('GET /sessions');
  });
});
