import type { DatabaseObserver } from '@agno/database';
import type { FastifyInstance } from 'fastify';

/** Spans of requests and statements, on their way to a collector. */
export interface Tracing {
  /** Gives every request a span, and what is logged meanwhile the ids of its trace. */
  traceRequests(fastify: FastifyInstance): void;
  /** Tells `observer` everything as before, and gives every statement a span. */
  traceStatements(observer: DatabaseObserver): DatabaseObserver;
  /** Delivers what is left, for no longer than a few seconds. Never rejects. */
  stop(): Promise<void>;
}
