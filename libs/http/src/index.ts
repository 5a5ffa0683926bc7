export { routeOf, UNMATCHED_ROUTE } from './access-log.js';
export { closeConnectionsAfterResponses } from './graceful-close.js';
export * from './http-adapter.js';
export * from './logger.js';
export * from './problem.filter.js';
export type { RequestContext } from './request-context.js';
export { onRequestEnd } from './request-end.js';
export { rawQueryOf } from './request-path.js';
