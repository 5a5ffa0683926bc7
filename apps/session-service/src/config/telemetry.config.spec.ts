import { describe, expect, it } from 'vitest';
import { ConfigError, validateEnvironment } from './validate-environment.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

function tracesOf(env: Readonly<Record<string, string>>) {
  return validateEnvironment({ AGNO_PG_DSN: 'postgresql://ai:secret@db/ai', ...env }).telemetry.traces;
}

function errorMessageOf(env: Readonly<Record<string, string>>): string {
  try {
    tracesOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return '';
}

describe('OTEL_ variables', () => {
  it.each([
    [{}],
    [{ OTEL_SERVICE_NAME: 'chats' }],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
  ])('leave tracing off with %j', (env) => {
    expect(tracesOf(env)).toBeUndefined();
  });

  it.each([
    [ENDPOINT],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'false' }],
  ])('turn tracing on, with the defaults of OpenTelemetry, with %j', (env) => {
    expect(tracesOf(env)).toEqual({
      protocol: 'http/protobuf',
      sampler: 'parentbased_always_on',
      ratio: 1,
      readsParent: true,
    });
  });

  it('configure tracing, where OTEL_EXPORTER_OTLP_TRACES_PROTOCOL overrides OTEL_EXPORTER_OTLP_PROTOCOL', () => {
    const env = {
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '.25',
      OTEL_PROPAGATORS: 'b3, baggage',
    };
    expect(tracesOf(env)).toEqual({ protocol: 'http/json', sampler: 'traceidratio', ratio: 0.25, readsParent: false });
    expect(tracesOf({ ...env, OTEL_PROPAGATORS: 'baggage, tracecontext' })).toMatchObject({ readsParent: true });
  });

  it('are rejected when invalid, with an error that quotes no address', () => {
    const message = errorMessageOf({
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://planted',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
    });
    for (const variable of [
      'TRACES_EXPORTER',
      'EXPORTER_OTLP_ENDPOINT',
      'EXPORTER_OTLP_PROTOCOL',
      'TRACES_SAMPLER_ARG',
    ]) {
      expect(message).toContain(`OTEL_${variable} must be `);
    }
    expect(message).toContain('OTEL_TRACES_SAMPLER must be one of always_on, ');
    expect(message).not.toContain('planted');
  });

  it('are not validated while tracing is off, because a platform may set them for other programs', () => {
    expect(tracesOf({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toBeUndefined();
  });
});
