import type { DatabaseObserver } from '@session-service/database';
import type { FastifyInstance } from 'fastify';

/** Creates spans of requests and statements and exports them to a collector. */
export interface Tracing {
  /** Creates a span for every request and adds the ids of its trace to the log lines of the request. */
  traceRequests(fastify: FastifyInstance): void;
  /** Returns an observer that creates a span for every statement and forwards all events to `observer`. */
  traceStatements(observer: DatabaseObserver): DatabaseObserver;
  /** Exports the remaining spans within a few seconds. Never rejects. */
  stop(): Promise<void>;
}

/** The built-in samplers of https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** The OTLP protocols. grpc is not supported: its package is larger than all others of the service together. */
export const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/**
 * The settings that the service validates itself. OpenTelemetry's packages read endpoints, headers, certificates and
 * resource attributes from their own variables.
 */
export interface TraceOptions {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly sampler: (typeof SAMPLERS)[number];
  /** Fraction of traces, from 0 to 1, that the two `traceidratio` samplers keep. */
  readonly ratio: number;
  /** True: the `traceparent` header of a request names the parent of its span. */
  readonly readsParent: boolean;
}
