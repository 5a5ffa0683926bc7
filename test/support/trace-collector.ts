import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Attributes = Readonly<Record<string, unknown>>;

/** A span as received by the collector. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** OTLP's number for the kind of span: 2 for a server span, 3 for a client span. */
  readonly kind: number;
  /** A `code` of 2 means an error. */
  readonly status: { readonly code?: number };
  readonly attributes: Attributes;
  /** Attributes of the process that sent the span. */
  readonly resource: Attributes;
}

/** An OpenTelemetry collector that understands OTLP over HTTP with JSON. */
export interface TraceCollector {
  /** Environment of a service that exports its spans to this collector. */
  readonly env: Readonly<Record<string, string>>;
  spans(): readonly CollectedSpan[];
  /** All received request bodies as one string. */
  text(): string;
  stop(): void;
}

/** @param responds false for a collector that accepts requests but never responds */
export async function startTraceCollector(responds = true): Promise<TraceCollector> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString('utf8'));
    if (responds) response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    },
    spans: () => bodies.flatMap(spansIn),
    text: () => bodies.join('\n'),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface WireResource {
  readonly resource: { readonly attributes: readonly WireAttribute[] };
  readonly scopeSpans: readonly {
    readonly spans: readonly (Omit<CollectedSpan, 'attributes' | 'resource'> & { attributes: WireAttribute[] })[];
  }[];
}

function spansIn(body: string): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(body) as { resourceSpans: readonly WireResource[] };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({ ...span, attributes: plain(span.attributes), resource: plain(resource.attributes) })),
    ),
  );
}

/** Removes OTLP's type wrappers from the values of attributes. */
function plain(attributes: readonly WireAttribute[]): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
