import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

const METRICS_REQUEST = 'agno:figures-asked';
const METRICS_RESPONSE = 'agno:figures-told';

/** How long the workers may take to add up their figures, in milliseconds; then the one that was asked answers alone. */
const TIMEOUT_MS = 6_000;

interface MetricsResponse {
  readonly type: typeof METRICS_RESPONSE;
  readonly metrics: string;
}

/** To be called once in the primary: adds up the figures of all workers for the one that is asked for them. */
export function aggregateForWorkers(): void {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: { type?: string }) => {
    if (message.type !== METRICS_REQUEST) return;
    aggregator.clusterMetrics().then(
      // It may have died meanwhile.
      (text) => worker.send({ type: METRICS_RESPONSE, metrics: text } satisfies MetricsResponse, ignore),
      ignore,
    );
  });
}

/** Lets the primary ask this worker for its figures. */
export function offerMetrics(registry: Registry): void {
  if (!cluster.isWorker) return;
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([registry]);
}

/** The figures of the whole service in Prometheus' text format, whichever of its processes is asked. */
export function aggregateMetrics(registry: Registry): Promise<string> {
  return cluster.isWorker ? askPrimary().catch(() => registry.metrics()) : registry.metrics();
}

/** One question at a time: those who ask meanwhile get the same answer. */
let pendingRequest: Promise<string> | undefined;

function askPrimary(): Promise<string> {
  pendingRequest ??= new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new Error('no answer from the primary'))), TIMEOUT_MS);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      process.off('message', listen);
      pendingRequest = undefined;
      settle();
    };
    const listen = (message: unknown) => {
      if (isMetricsResponse(message)) end(() => resolve(message.metrics));
    };
    process.on('message', listen);
    // Without a callback, a channel that is closed would be an 'error' event of the process, which ends it.
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
