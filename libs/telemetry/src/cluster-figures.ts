import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

const ASKED = 'agno:figures-asked';
const TOLD = 'agno:figures-told';

/** How long the workers may take to add up their figures, in milliseconds; then the one that was asked answers alone. */
const PATIENCE_MS = 6_000;

interface Told {
  readonly type: typeof TOLD;
  readonly text: string;
}

/** To be called once in the primary: adds up the figures of all workers for the one that is asked for them. */
export function answerForAllWorkers(): void {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: { type?: string }) => {
    if (message.type !== ASKED) return;
    aggregator.clusterMetrics().then(
      // It may have died meanwhile.
      (text) => worker.send({ type: TOLD, text } satisfies Told, ignore),
      ignore,
    );
  });
}

/** Lets the primary ask this worker for its figures. */
export function offerFigures(registry: Registry): void {
  if (!cluster.isWorker) return;
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([registry]);
}

/** The figures of the whole service in Prometheus' text format, whichever of its processes is asked. */
export function figuresOfAll(registry: Registry): Promise<string> {
  return cluster.isWorker ? askPrimary().catch(() => registry.metrics()) : registry.metrics();
}

/** One question at a time: those who ask meanwhile get the same answer. */
let asking: Promise<string> | undefined;

function askPrimary(): Promise<string> {
  asking ??= new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new Error('no answer from the primary'))), PATIENCE_MS);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      process.off('message', listen);
      asking = undefined;
      settle();
    };
    const listen = (message: unknown) => {
      if (isTold(message)) end(() => resolve(message.text));
    };
    process.on('message', listen);
    // Without a callback, a channel that is closed would be an 'error' event of the process, which ends it.
    process.send?.({ type: ASKED }, undefined, undefined, (error) => {
      if (error) end(() => reject(error));
    });
  });
  return asking;
}

function ignore(): void {}

function isTold(message: unknown): message is Told {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === TOLD;
}
