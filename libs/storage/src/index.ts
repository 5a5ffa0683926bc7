export { LruMap } from './bounded-map.js';
export { type SessionIndex, sessionIndexes } from './list-indexes.js';
export * from './service-accounts.js';
export * from './session-store.js';
export type { NewSession } from './statements/create-session.js';
export type { RunRow } from './statements/read-run.js';

export type { SessionChange } from './statements/update-session.js';
export type { RunDetail } from './statements/with-runs.js';
