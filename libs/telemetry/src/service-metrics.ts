import type { DatabaseObserver, MemoryBudget, PoolUsage } from '@session-service/database';
import { onRequestEnd, routeOf } from '@session-service/http';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, as OpenTelemetry advises for HTTP and database durations. */
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const DATABASE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** What is read when somebody asks for the figures, not before. */
export interface MetricSources {
  /** By db_id. */
  pools(): ReadonlyMap<string, PoolUsage>;
  /** By db_id: the database answers. Takes no longer than a probe may. */
  databasesUp(): Promise<ReadonlyMap<string, boolean>>;
  readonly memory: MemoryBudget;
}

/**
 * The figures of one process under OpenTelemetry's names, as Prometheus spells them (`http.server.request.duration` is
 * `http_server_request_duration_seconds`). Recording one costs about a microsecond.
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
    help: 'Duration of SQL statements by name and db_id, from sending to the last row',
    labelNames: ['db_operation_name', 'db_id'],
    buckets: DATABASE_BUCKETS,
    registers: [this.registry],
  });
  private readonly timeouts = new Counter({
    name: 'db_client_connection_timeouts_total',
    help: 'Requests rejected with 503 after AGNO_QUEUE_TIMEOUT_MS in the queue for a connection, by db_id',
    labelNames: ['db_id'],
    registers: [this.registry],
  });
  private readonly refusals = new Counter({
    name: 'agno_session_service_requests_refused_total',
    help: 'Requests rejected with 503 at once because the queue for a connection was overloaded, by db_id',
    labelNames: ['db_id'],
    registers: [this.registry],
  });

  constructor(version: string) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'agno_session_service_build_info',
      help: 'Always 1; the labels name the version of the service and of Node',
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

  statementEnded(databaseId: string, name: string, seconds: number): void {
    this.statements.observe({ db_operation_name: operationOf(name), db_id: databaseId }, seconds);
  }

  connectionTimedOut(databaseId: string): void {
    this.timeouts.inc({ db_id: databaseId });
  }

  requestRefused(databaseId: string): void {
    this.refusals.inc({ db_id: databaseId });
  }

  /** Adds what is only known by asking. */
  addResourceMetrics(watched: MetricSources): void {
    const registers = [this.registry];
    new Gauge({
      name: 'db_client_connection_count',
      help: 'Connections by db_id and state',
      labelNames: ['db_id', 'state'],
      registers,
      collect() {
        for (const [id, { used, idle }] of watched.pools()) {
          this.set({ db_id: id, state: 'used' }, used);
          this.set({ db_id: id, state: 'idle' }, idle);
        }
      },
    });
    new Gauge({
      name: 'db_client_connection_max',
      help: 'Connections that a pool may have, by db_id',
      labelNames: ['db_id'],
      registers,
      collect() {
        for (const [id, { max }] of watched.pools()) this.set({ db_id: id }, max);
      },
    });
    new Gauge({
      name: 'db_client_connection_pending_requests',
      help: 'Requests that wait for a connection, by db_id',
      labelNames: ['db_id'],
      registers,
      collect() {
        for (const [id, { pending }] of watched.pools()) this.set({ db_id: id }, pending);
      },
    });
    new Gauge({
      name: 'agno_session_service_database_up',
      help: '1 while a database answers, by db_id',
      labelNames: ['db_id'],
      aggregator: 'min',
      registers,
      async collect() {
        for (const [id, isUp] of await watched.databasesUp()) this.set({ db_id: id }, isUp ? 1 : 0);
      },
    });
    new Gauge({
      name: 'agno_session_service_memory_budget_used_bytes',
      help: 'Memory that requests hold: bodies, rows and responses',
      registers,
      collect() {
        this.set(watched.memory.used);
      },
    });
    new Gauge({
      name: 'agno_session_service_memory_budget_limit_bytes',
      help: 'Memory that requests may hold together',
      registers,
      collect() {
        this.set(watched.memory.limit);
      },
    });
    new Counter({
      name: 'agno_session_service_memory_refusals_total',
      help: 'Requests that were refused because the memory budget was used up, by what they needed it for',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        for (const [reason, count] of Object.entries(watched.memory.refusals)) this.inc({ reason }, count);
      },
    });
  }
}

/** Has every request counted and timed, also those that no route takes. */
export function measureRequests(fastify: FastifyInstance, metrics: ServiceMetrics): void {
  onRequestEnd(fastify, (request, status, durationMs) => {
    metrics.requestEnded(request.method, routeOf(request), status, durationMs / 1000);
  });
}

/** What figures and spans call a statement: what stands before the first colon; the rest tells its variants apart. */
export function operationOf(statementName: string): string {
  const colon = statementName.indexOf(':');
  return colon === -1 ? statementName : statementName.slice(0, colon);
}
