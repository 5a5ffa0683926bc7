import type { Logger } from 'pino';
import type { TraceOptions, Tracing } from './tracing.js';

/**
 * Starts tracing where it is configured. OpenTelemetry's SDK is loaded here and nowhere else: a service that does not trace
 * neither waits for it at start nor keeps it in memory.
 *
 * @param version of the service, as collectors show it
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
