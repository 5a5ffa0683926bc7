import type { DatabaseObserver } from '@agno/database';
import type { Tracer } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { OutageReportingExporter } from './discreet-exporter.js';
import { traceRequests } from './request-spans.js';
import { samplerOf } from './sampler.js';
import { TracingObserver } from './statement-spans.js';
import type { TraceOptions } from './trace-options.js';
import type { Tracing } from './tracing.js';

const SERVICE_NAME = 'agno-session-service';

/** How long the last spans may take to be delivered when the service stops, in milliseconds. */
const FLUSH_TIMEOUT_MS = 3_000;

/** Tracing by OpenTelemetry's SDK, put together from its parts: all of them at once would be three times as large. */
export class OpenTelemetry implements Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  constructor(
    private readonly options: TraceOptions,
    version: string,
    logger: Logger,
  ) {
    const exporter = options.protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
    this.provider = new TracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes({ 'service.name': SERVICE_NAME, 'service.version': version }))
        .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] })),
      sampler: samplerOf(options),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new OutageReportingExporter(exporter, logger),
          scheduledDelayMillis: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY'),
          exportTimeoutMillis: getNumberFromEnv('OTEL_BSP_EXPORT_TIMEOUT'),
          maxQueueSize: getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE'),
          maxExportBatchSize: getNumberFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
        }),
      ],
    });
    this.tracer = this.provider.getTracer(SERVICE_NAME, version);
  }

  traceRequests(fastify: FastifyInstance): void {
    traceRequests(fastify, this.tracer, this.options.readsParent);
  }

  traceStatements(observer: DatabaseObserver): DatabaseObserver {
    return new TracingObserver(observer, this.tracer);
  }

  async stop(): Promise<void> {
    const given = Promise.withResolvers<void>();
    const timer = setTimeout(given.resolve, FLUSH_TIMEOUT_MS);
    // What cannot be delivered the exporter has told already.
    await Promise.race([this.provider.shutdown().catch(() => undefined), given.promise]);
    clearTimeout(timer);
  }
}
