export { onRequestEnd, routeOf, UNMATCHED_ROUTE } from './access-log.js';
export * from './exception.filter.js';
export { closeConnectionsAfterResponses } from './graceful-shutdown.js';
export type { RequestContext } from './http-adapter.js';
export * from './http-adapter.js';
export * from './logger.js';
export { rawQueryOf } from './paths.js';
