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

/**
 * Says once when a collector stops taking spans and once when it takes them again, however many batches are lost between.
 * What exactly went wrong stays unsaid where it could quote the collector's address or headers, which may be secret.
 */
export class OutageReportingExporter implements SpanExporter {
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
    const failed = code === ExportResultCode.FAILED;
    if (failed === this.isFailing) return;
    this.isFailing = failed;
    if (failed) this.logger.warn(`The collector does not take traces (${reasonOf(error)}); they are lost meanwhile`);
    else this.logger.info('The collector takes traces again');
  }
}

/** A system's error code such as ECONNREFUSED, or the status that the collector answered. */
function reasonOf(error: (Error & { code?: unknown }) | undefined): string {
  return typeof error?.code === 'string' || typeof error?.code === 'number' ? String(error.code) : 'no answer';
}

const PARENT_BASED = 'parentbased_';

/** Decides which traces are kept. A sampler that is based on the parent asks itself only where there is no parent. */
export function samplerOf({ sampler, ratio }: TraceOptions): Sampler {
  const root = rootSampler(sampler.replace(PARENT_BASED, ''), ratio);
  return sampler.startsWith(PARENT_BASED) ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  return name === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
}
