import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { DatabaseObserver, RunStatement } from '@session-service/database';
import { onRequestEnd, routeOf, UNMATCHED_ROUTE } from '@session-service/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { operationOf } from '../service-metrics.js';

/**
 * Creates one server span per request with the names and attributes of OpenTelemetry's conventions, except path and
 * query, which hold session and user ids. https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function traceRequests(fastify: FastifyInstance, tracer: Tracer, readsParent: boolean): void {
  const propagator = new W3CTraceContextPropagator();
  const parentOf = ({ headers }: FastifyRequest): Context =>
    readsParent ? propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter) : ROOT_CONTEXT;
  const spans = new WeakMap<FastifyRequest, Span>();

  fastify.addHook('onRequest', (request, _reply, done) => {
    const span = tracer.startSpan(
      spanName(request),
      { kind: SpanKind.SERVER, attributes: requestAttributes(request) },
      parentOf(request),
    );
    const { traceId: trace_id, spanId: span_id } = span.spanContext();
    spans.set(request, span);
    request.trace = { trace_id, span_id };
    Object.assign(request.logContext, request.trace);
    currentSpan.run(span, done);
  });
  onRequestEnd(fastify, (request, status) => {
    const span = spans.get(request);
    if (span !== undefined) endSpan(span, request, status);
  });
}

function spanName(request: FastifyRequest): string {
  const route = routeTemplate(request);
  return route === undefined ? request.method : `${request.method} ${route}`;
}

/** The route in AgentOS's spelling (`{session_id}`), so that traces of AgentOS and this service can be compared. */
function routeTemplate(request: FastifyRequest): string | undefined {
  const route = routeOf(request);
  return route === UNMATCHED_ROUTE ? undefined : route.replace(/:(\w+)/g, '{$1}');
}

function requestAttributes(request: FastifyRequest) {
  return {
    'http.request.method': request.method,
    'http.route': routeTemplate(request),
    'url.scheme': request.protocol,
    'network.protocol.version': request.raw.httpVersion,
  };
}

function endSpan(span: Span, { databaseId }: FastifyRequest, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (databaseId !== undefined) span.setAttribute('db_id', databaseId);
  if (status >= 500) {
    span.setAttribute('error.type', String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Creates a child span per statement. It holds the name of the statement, but neither SQL nor parameters. */
export class TracingObserver implements DatabaseObserver {
  constructor(
    private readonly observer: DatabaseObserver,
    private readonly tracer: Tracer,
  ) {}

  statementEnded(databaseId: string, name: string, seconds: number, errorType?: string): void {
    this.observer.statementEnded(databaseId, name, seconds, errorType);
  }

  connectionTimedOut(databaseId: string): void {
    this.observer.connectionTimedOut(databaseId);
  }

  requestRefused(databaseId: string): void {
    this.observer.requestRefused(databaseId);
  }

  transactionConflicted(databaseId: string, willRetry: boolean): void {
    this.observer.transactionConflicted(databaseId, willRetry);
  }

  instrument(databaseId: string, run: RunStatement): RunStatement {
    return async (statement, values, execution) => {
      const span = this.startSpan(databaseId, operationOf(statement.name));
      try {
        return await run(statement, values, execution);
      } catch (error) {
        markFailed(span, error);
        throw error;
      } finally {
        span.end();
      }
    };
  }

  private startSpan(databaseId: string, operation: string): Span {
    const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation, db_id: databaseId };
    return this.tracer.startSpan(operation, { kind: SpanKind.CLIENT, attributes }, currentContext());
  }
}

/** Records the error code of PostgreSQL or the system, but no error message, which may quote values. */
function markFailed(span: Span, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code !== undefined) span.setAttribute('db.response.status_code', code);
  span.setAttribute('error.type', code ?? (error instanceof Error ? error.name : 'unknown'));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The span of the current request, which becomes the parent of its statements' spans. */
const currentSpan = new AsyncLocalStorage<Span>();

function currentContext(): Context {
  const span = currentSpan.getStore();
  return span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span);
}
