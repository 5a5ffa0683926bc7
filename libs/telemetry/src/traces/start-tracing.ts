import type { Logger } from 'pino';
import type { TraceOptions, Tracing } from './tracing.js';

/**
 * Starts tracing if it is configured. OpenTelemetry's SDK is imported dynamically, and only here, so that a service
 * without tracing spends neither start-up time nor memory on it.
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
