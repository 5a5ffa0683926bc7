import type { TraceOptions } from '@session-service/telemetry';
import { type Environment, isTracingEnabled } from './environment.js';
import type { LogLevel } from './variable-formats.js';

export interface TelemetryConfig {
  readonly logLevel: LogLevel;
  /** Undefined: no traces are exported. */
  readonly traces: TraceOptions | undefined;
}

export function telemetryConfig(environment: Environment): TelemetryConfig {
  return {
    logLevel: environment.LOG_LEVEL,
    traces: isTracingEnabled(environment) ? traceOptions(environment) : undefined,
  };
}

/** The variable of traces wins over the one of all signals, as OpenTelemetry specifies. */
function traceOptions(environment: Environment): TraceOptions {
  return {
    protocol: environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL,
    sampler: environment.OTEL_TRACES_SAMPLER,
    ratio: environment.OTEL_TRACES_SAMPLER_ARG,
    // Other formats are not supported. They may be listed for other services.
    readsParent: environment.OTEL_PROPAGATORS.split(',').some((name) => name.trim() === 'tracecontext'),
  };
}
