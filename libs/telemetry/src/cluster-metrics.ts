import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

/**
 * Messages between the workers and the primary. The worker that is scraped asks the primary, which collects the metrics
 * of all workers with prom-client's own messages and responds with the aggregate.
 */
const METRICS_REQUEST = 'agno:metrics-request';
const METRICS_RESPONSE = 'agno:metrics-response';

/** Time limit in milliseconds for the primary. After it, the scraped worker responds with its own metrics only. */
const TIMEOUT_MS = 6_000;

interface MetricsResponse {
  readonly type: typeof METRICS_RESPONSE;
  readonly metrics: string;
}

/** Called once in the primary: aggregates the metrics of all workers for the worker that asks. */
export function aggregateForWorkers(): void {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: { type?: string }) => {
    if (message.type !== METRICS_REQUEST) return;
    aggregator.clusterMetrics().then(
      // The worker may have exited since it asked. Without a callback, `send` would then emit an `error` event.
      (metrics) => worker.send({ type: METRICS_RESPONSE, metrics } satisfies MetricsResponse, ignore),
      ignore,
    );
  });
}

/** Called once in each worker: responds to the primary's requests for metrics. */
export function offerMetrics(registry: Registry): void {
  if (!cluster.isWorker) return;
  // The constructor installs prom-client's message listener.
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([registry]);
}

/** The metrics of the whole service in Prometheus' text format, regardless of which worker is scraped. */
export function aggregateMetrics(registry: Registry): Promise<string> {
  return cluster.isWorker ? requestFromPrimary().catch(() => registry.metrics()) : registry.metrics();
}

/** Concurrent scrapes share one request to the primary. */
let pendingRequest: Promise<string> | undefined;

function requestFromPrimary(): Promise<string> {
  pendingRequest ??= new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new Error('no response from the primary'))), TIMEOUT_MS);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      process.off('message', onMessage);
      pendingRequest = undefined;
      settle();
    };
    const onMessage = (message: unknown) => {
      if (isMetricsResponse(message)) end(() => resolve(message.metrics));
    };
    process.on('message', onMessage);
    // Without a callback, a closed channel would emit 'error' on the process and end it:
    // https://nodejs.org/api/process.html#processsendmessage-sendhandle-options-callback
    process.send?.({ type: METRICS_REQUEST }, undefined, undefined, (error) => {
      if (error) end(() => reject(error));
    });
  });
  return pendingRequest;
}

function ignore(): void {}

function isMetricsResponse(message: unknown): message is MetricsResponse {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === METRICS_RESPONSE;
}
