import type { Tracer } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, getNumberFromEnv } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { DatabaseObserver } from '@session-service/database';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { TracingObserver, traceRequests } from './spans.js';
import type { TraceOptions, Tracing } from './tracing.js';

const SERVICE_NAME = 'agno-session-service';

/** Time limit in milliseconds for exporting the last spans before the service exits. */
const FLUSH_TIMEOUT_MS = 3_000;

/** Uses selected packages of OpenTelemetry's SDK, because `@opentelemetry/sdk-node` would be three times as large. */
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
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, FLUSH_TIMEOUT_MS);
    // OutageReportingExporter has logged a failure already.
    await Promise.race([this.provider.shutdown().catch(() => undefined), timeout.promise]);
    clearTimeout(timer);
  }
}

/**
 * Logs the beginning and the end of an outage of the collector, not every lost batch. It logs error codes instead of
 * error messages, which may quote the collector's address or headers and so a secret.
 */
class OutageReportingExporter implements SpanExporter {
  private isFailing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Logger,
  ) {}

  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.reportOutage(result);
      resultCallback(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private reportOutage({ code, error }: ExportResult): void {
    const isFailing = code === ExportResultCode.FAILED;
    if (isFailing === this.isFailing) return;
    this.isFailing = isFailing;
    if (isFailing)
      this.logger.warn(`The collector does not accept traces (${errorCode(error)}): spans are lost until it does`);
    else this.logger.info('The collector accepts traces again');
  }
}

/** A system error code such as ECONNREFUSED, or the HTTP status of the collector's response. */
function errorCode(error: (Error & { code?: unknown }) | undefined): string {
  return typeof error?.code === 'string' || typeof error?.code === 'number' ? String(error.code) : 'no response';
}

const PARENT_BASED = 'parentbased_';

/** Decides which traces are kept. A parent-based sampler decides only for requests without a parent span. */
function samplerOf({ sampler, ratio }: TraceOptions): Sampler {
  const root = rootSampler(sampler.replace(PARENT_BASED, ''), ratio);
  return sampler.startsWith(PARENT_BASED) ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  return name === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
}
