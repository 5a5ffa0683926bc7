export type { components, operations, paths } from './api-types.generated.js';
export type { Page, Pages } from './cursor-pages.js';
export type { RetryOptions } from './retrying-fetch.js';
export { SessionApiError, SessionConnectionError, type ValidationIssue } from './session-api-error.js';
export * from './session-client.js';
