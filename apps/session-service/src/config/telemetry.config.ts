import { PROTOCOLS, SAMPLERS, type TraceOptions } from '@session-service/telemetry';
import type { Environment } from './environment.js';
import { oneOf, type VariableFormat, webAddress } from './variable-formats.js';

/**
 * How to trace by OpenTelemetry's variables; undefined unless `OTEL_TRACES_EXPORTER` is `otlp`, or unset where an endpoint is
 * named. Pushes one sentence per fault, without the value: an address may hold a password.
 */
export function parseTraces(environment: Environment, faults: string[]): TraceOptions | undefined {
  if (!isTracingEnabled(environment)) return undefined;
  const read = <T>(names: readonly OtelVariable[], format: VariableFormat<T>, otherwise: T): T => {
    const name = names.find((candidate) => environment[candidate] !== undefined);
    if (name === undefined) return otherwise;
    const value = format.parse(environment[name] ?? '');
    if (value === undefined) faults.push(`${name} must be ${format.expected}`);
    return value ?? otherwise;
  };
  read(['OTEL_TRACES_EXPORTER'], exporter, 'otlp');
  for (const name of ENDPOINTS) read([name], webAddress, undefined);
  return {
    protocol: read(
      ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
      oneOf(PROTOCOLS),
      PROTOCOLS[0],
    ),
    sampler: read(['OTEL_TRACES_SAMPLER'], oneOf(SAMPLERS), 'parentbased_always_on'),
    ratio: read(['OTEL_TRACES_SAMPLER_ARG'], samplingRatio, 1),
    readsParent: read(['OTEL_PROPAGATORS'], propagators, true),
  };
}

type OtelVariable = Extract<keyof Environment, `OTEL_${string}`>;

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;

function isTracingEnabled(environment: Environment): boolean {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const isNamed = ENDPOINTS.some((name) => environment[name] !== undefined);
  return (environment.OTEL_TRACES_EXPORTER ?? (isNamed ? 'otlp' : 'none')) !== 'none';
}

const exporter = oneOf(['otlp', 'none']);

const samplingRatio: VariableFormat<number> = {
  expected: 'a number from 0 to 1',
  parse: (text) => (/^\d*\.?\d+$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
};

/** Of the formats in which callers hand on a trace, one is understood. Others may be listed beside it for other services. */
const propagators: VariableFormat<boolean> = {
  expected: 'names separated by commas, such as tracecontext, or none',
  parse: (text) => text.split(',').some((name) => name.trim() === 'tracecontext'),
};
