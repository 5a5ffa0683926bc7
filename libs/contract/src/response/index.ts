export { InvalidFields, type OnInvalidField } from './invalid-fields.js';
export * from './run.js';
export * from './run-filter.js';
export * from './run-preview.js';
export type { RunKind } from './run-schemas.js';
export * from './session-detail.js';
export { type SessionSource, writeSessionList } from './session-list.js';
export { MAX_TITLE_LENGTH } from './session-title.js';
export * from './stored-run.js';
