export { aggregateForWorkers, offerMetrics } from './cluster-figures.js';
export { measureRequests } from './measure-requests.js';
export * from './service-metrics.js';
export * from './telemetry.module.js';
export * from './traces/start-tracing.js';
export * from './traces/trace-options.js';
export type { Tracing } from './traces/tracing.js';
