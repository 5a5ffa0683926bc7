import type { DatabaseObserver, MemoryBudget, PoolUsage } from '@session-service/database';
import { onRequestEnd, routeOf } from '@session-service/http';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Bucket limits in seconds, as OpenTelemetry's semantic conventions advise for HTTP and database durations. */
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const DATABASE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Sources of the metrics whose values are read at scrape time. */
interface MetricSources {
  /** Usage of each connection pool by db_id. */
  pools(): ReadonlyMap<string, PoolUsage>;
  /** By db_id: true if the database responds. */
  databasesUp(): Promise<ReadonlyMap<string, boolean>>;
  readonly memory: MemoryBudget;
}

/**
 * The metrics of one process, named after OpenTelemetry's conventions in Prometheus' spelling:
 * `http.server.request.duration` is `http_server_request_duration_seconds`. Recording takes about a microsecond.
 */
export class ServiceMetrics implements DatabaseObserver {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests by method, route template and status',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: HTTP_BUCKETS,
    registers: [this.registry],
  });
  private readonly statements = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of SQL statements by name and db_id, from sending to the last row; failed ones have an error_type',
    labelNames: ['db_operation_name', 'db_id', 'error_type'],
    buckets: DATABASE_BUCKETS,
    registers: [this.registry],
  });
  private readonly timeouts = new Counter({
    name: 'db_client_connection_timeouts_total',
    help: 'Requests rejected with 503 after waiting AGNO_QUEUE_TIMEOUT_MS for a connection, by db_id',
    labelNames: ['db_id'],
    registers: [this.registry],
  });
  private readonly rejections = new Counter({
    name: 'agno_session_service_requests_refused_total',
    help: 'Requests rejected with 503 at once because the connection queue was overloaded, by db_id',
    labelNames: ['db_id'],
    registers: [this.registry],
  });
  private readonly conflicts = new Counter({
    name: 'agno_session_service_transaction_conflicts_total',
    help: 'Deadlocks, lock timeouts and serialization failures by db_id and outcome: retried, or rejected with 503',
    labelNames: ['db_id', 'outcome'],
    registers: [this.registry],
  });

  constructor(version: string) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'agno_session_service_build_info',
      help: 'Always 1; the labels hold the versions of the service and of Node',
      labelNames: ['version', 'node_version'],
      aggregator: 'first',
      registers: [this.registry],
    }).set({ version, node_version: process.version }, 1);
  }

  requestEnded(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe(
      { http_request_method: method, http_route: route, http_response_status_code: status },
      seconds,
    );
  }

  statementEnded(databaseId: string, name: string, seconds: number, errorType?: string): void {
    const labels = { db_operation_name: operationOf(name), db_id: databaseId };
    this.statements.observe(errorType === undefined ? labels : { ...labels, error_type: errorType }, seconds);
  }

  connectionTimedOut(databaseId: string): void {
    this.timeouts.inc({ db_id: databaseId });
  }

  requestRefused(databaseId: string): void {
    this.rejections.inc({ db_id: databaseId });
  }

  transactionConflicted(databaseId: string, willRetry: boolean): void {
    this.conflicts.inc({ db_id: databaseId, outcome: willRetry ? 'retried' : 'rejected' });
  }

  /**
   * Adds the metrics whose values are read at scrape time, and starts the counters of each database at 0, because `rate()`
   * cannot see the first event of a series that begins with it.
   */
  addResourceMetrics(sources: MetricSources): void {
    for (const db_id of sources.pools().keys()) {
      for (const counter of [this.timeouts, this.rejections]) counter.inc({ db_id }, 0);
      for (const outcome of ['retried', 'rejected']) this.conflicts.inc({ db_id, outcome }, 0);
    }
    const registers = [this.registry];
    new Gauge({
      name: 'db_client_connection_count',
      help: 'Open connections by db_id and state',
      labelNames: ['db_id', 'state'],
      registers,
      collect() {
        for (const [id, { used, idle }] of sources.pools()) {
          this.set({ db_id: id, state: 'used' }, used);
          this.set({ db_id: id, state: 'idle' }, idle);
        }
      },
    });
    new Gauge({
      name: 'db_client_connection_max',
      help: 'Maximum connections of the pool, by db_id',
      labelNames: ['db_id'],
      registers,
      collect() {
        for (const [id, { max }] of sources.pools()) this.set({ db_id: id }, max);
      },
    });
    new Gauge({
      name: 'db_client_connection_pending_requests',
      help: 'Requests waiting for a connection, by db_id',
      labelNames: ['db_id'],
      registers,
      collect() {
        for (const [id, { pending }] of sources.pools()) this.set({ db_id: id }, pending);
      },
    });
    new Gauge({
      name: 'agno_session_service_database_up',
      help: '1 if the database responds, else 0, by db_id',
      labelNames: ['db_id'],
      aggregator: 'min',
      registers,
      async collect() {
        for (const [id, isUp] of await sources.databasesUp()) this.set({ db_id: id }, isUp ? 1 : 0);
      },
    });
    new Gauge({
      name: 'agno_session_service_memory_budget_used_bytes',
      help: 'Bytes of request bodies, rows and responses in memory',
      registers,
      collect() {
        this.set(sources.memory.used);
      },
    });
    new Gauge({
      name: 'agno_session_service_memory_budget_limit_bytes',
      help: 'Limit of the bytes of request bodies, rows and responses in memory',
      registers,
      collect() {
        this.set(sources.memory.limit);
      },
    });
    new Counter({
      name: 'agno_session_service_memory_refusals_total',
      help: 'Requests rejected because the memory budget was exhausted, by reason',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        for (const [reason, count] of Object.entries(sources.memory.refusals)) this.inc({ reason }, count);
      },
    });
  }
}

/** Measures the duration of every request, also of requests that match no route. */
export function measureRequests(fastify: FastifyInstance, metrics: ServiceMetrics): void {
  onRequestEnd(fastify, (request, status, durationMs) => {
    metrics.requestEnded(request.method, routeOf(request), status, durationMs / 1000);
  });
}

/** The operation of a statement in metrics and spans: its name without the variant, which follows a colon. */
export function operationOf(statementName: string): string {
  const colon = statementName.indexOf(':');
  return colon === -1 ? statementName : statementName.slice(0, colon);
}
