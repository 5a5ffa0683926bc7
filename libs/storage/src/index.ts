export { LruMap } from './caches.js';
export * from './service-account.repository.js';
export * from './session.repository.js';
export type { NewSession } from './sql/create-session.sql.js';
export type { RunRow } from './sql/read-run.sql.js';
export type { RunDetail } from './sql/read-session.sql.js';
export { type SessionIndex, sessionIndexes } from './sql/schema.sql.js';
export type { SessionChange } from './sql/update-session.sql.js';
