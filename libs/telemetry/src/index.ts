export { aggregateForWorkers, offerMetrics } from './cluster-metrics.js';
export { measureRequests, ServiceMetrics } from './service-metrics.js';
export { TelemetryModule } from './telemetry.module.js';
export { startTracing } from './traces/start-tracing.js';
export { PROTOCOLS, SAMPLERS, type TraceOptions, type Tracing } from './traces/tracing.js';
