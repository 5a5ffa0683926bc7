import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';

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
