export { aggregateForWorkers, offerMetrics } from './cluster-metrics.js';
export * from './service-metrics.js';
export { measureRequests } from './service-metrics.js';
export * from './telemetry.module.js';
export * from './traces/start-tracing.js';
export type { Tracing } from './traces/tracing.js';
export * from './traces/tracing.js';
