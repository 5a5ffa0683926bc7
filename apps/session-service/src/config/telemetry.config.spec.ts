import { describe, expect, it } from 'vitest';
import { ConfigError } from './environment.js';
import { loadConfig } from './load-config.js';

const SOMEWHERE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

function tracesOf(env: Readonly<Record<string, string>>) {
  return loadConfig({ AGNO_PG_DSN: 'postgresql://ai:secret@db/ai', ...env }).traces;
}

function faultsOf(env: Readonly<Record<string, string>>): string {
  try {
    tracesOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return '';
}

describe('the variables of OpenTelemetry', () => {
  it.each([
    [{}],
    [{ OTEL_SERVICE_NAME: 'chats' }],
    [{ ...SOMEWHERE, OTEL_TRACES_EXPORTER: 'none' }],
    [{ ...SOMEWHERE, OTEL_SDK_DISABLED: 'TRUE' }],
  ])('want no traces: %j', (env) => {
    expect(tracesOf(env)).toBeUndefined();
  });

  it.each([
    [SOMEWHERE],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }],
    [{ ...SOMEWHERE, OTEL_SDK_DISABLED: 'false' }],
  ])('want traces as OpenTelemetry makes them by default: %j', (env) => {
    expect(tracesOf(env)).toEqual({
      protocol: 'http/protobuf',
      sampler: 'parentbased_always_on',
      ratio: 1,
      readsParent: true,
    });
  });

  it('say how to trace; what is said of traces wins over what is said of all', () => {
    const env = {
      ...SOMEWHERE,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '.25',
      OTEL_PROPAGATORS: 'b3, baggage',
    };
    expect(tracesOf(env)).toEqual({ protocol: 'http/json', sampler: 'traceidratio', ratio: 0.25, readsParent: false });
    expect(tracesOf({ ...env, OTEL_PROPAGATORS: 'baggage, tracecontext' })).toMatchObject({ readsParent: true });
  });

  it('stop the start when they cannot be followed, without telling an address', () => {
    const message = faultsOf({
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

  it('are nobody’s concern where no traces are wanted: a platform sets them for others', () => {
    expect(tracesOf({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toBeUndefined();
  });
});
