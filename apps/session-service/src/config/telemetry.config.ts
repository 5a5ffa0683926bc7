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

/** As OpenTelemetry specifies, the protocol for traces overrides the protocol for all signals. */
function traceOptions(environment: Environment): TraceOptions {
  return {
    protocol: environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL,
    sampler: environment.OTEL_TRACES_SAMPLER,
    ratio: environment.OTEL_TRACES_SAMPLER_ARG,
    // Other propagation formats are ignored: they may be listed for other services.
    readsParent: environment.OTEL_PROPAGATORS.split(',').some((name) => name.trim() === 'tracecontext'),
  };
}
