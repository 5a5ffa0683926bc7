import type { Logger } from 'pino';
import type { TraceOptions, Tracing } from './tracing.js';

/**
 * Starts tracing if it is configured. OpenTelemetry's SDK is imported here only, and dynamically, so that it costs a
 * service without tracing neither start-up time nor memory.
 *
 * @param version version of the service, a resource attribute of its spans
 */
export async function startTracing(
  options: TraceOptions | undefined,
  version: string,
  logger: Logger,
): Promise<Tracing | undefined> {
  if (options === undefined) return undefined;
  const { OpenTelemetry } = await import('./open-telemetry.js');
  return new OpenTelemetry(options, version, logger);
}
