export { answerForAllWorkers, offerFigures } from './cluster-figures.js';
export { measureRequests } from './measure-requests.js';
export * from './service-metrics.js';
export * from './telemetry.module.js';
