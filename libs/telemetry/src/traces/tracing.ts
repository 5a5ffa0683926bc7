import type { DatabaseObserver } from '@session-service/database';
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

/** OpenTelemetry's names of the samplers that it asks every SDK to have. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** How spans are written on the wire. gRPC would need a package larger than all others of the service together. */
export const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/**
 * What the service must know to trace. Where spans go, with which headers and certificates, and what the service is
 * called there, OpenTelemetry's own packages read from their variables.
 */
export interface TraceOptions {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly sampler: (typeof SAMPLERS)[number];
  /** From 0 to 1: the share of traces that the two `traceidratio` samplers keep. */
  readonly ratio: number;
  /** Whether `traceparent` of a request names the parent of its span. */
  readonly readsParent: boolean;
}
