import type { DatabaseObserver, RunStatement } from '@agno/database';
import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { operationOf } from '../operation.js';
import { currentContext } from './current-span.js';

/**
 * One span of kind client for each statement, under the request that asked for it: its name, never its text or parameters.
 */
export class TracingObserver implements DatabaseObserver {
  constructor(
    private readonly observer: DatabaseObserver,
    private readonly tracer: Tracer,
  ) {}

  statementEnded(databaseId: string, name: string, seconds: number): void {
    this.observer.statementEnded(databaseId, name, seconds);
  }

  connectionTimedOut(databaseId: string): void {
    this.observer.connectionTimedOut(databaseId);
  }

  requestRefused(databaseId: string): void {
    this.observer.requestRefused(databaseId);
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

/** Says which error it was by PostgreSQL's or the system's code. Messages quote values. */
function markFailed(span: Span, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code !== undefined) span.setAttribute('db.response.status_code', code);
  span.setAttribute('error.type', code ?? (error instanceof Error ? error.name : 'unknown'));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
