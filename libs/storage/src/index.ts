export { LruMap } from './caches.js';
export { type PageRange, type PageVersion, type PartOfPage, pageVersion } from './page-version.js';
export type { RunsPage, RunsQuery, RunsSelection } from './run-page-reader.js';
export * from './service-account.repository.js';
export * from './session.repository.js';
export { type ImportedSession, SessionImport } from './session-import.js';
export { type SessionVersion, type VersionReference, versionOf } from './session-versions.js';
export type { SessionWithRuns } from './session-with-runs.js';
export type { NewSession } from './sql/create-session.sql.js';
export type { Decide } from './sql/editable-session.sql.js';
export { sessionsReadable } from './sql/layout.sql.js';
export { type ComponentRow, MAX_COMPONENTS } from './sql/list-components.sql.js';
export type { RunRow } from './sql/read-run.sql.js';
export type { RunDetail } from './sql/read-session.sql.js';
export type { SessionScope } from './sql/session-filter.js';
export { dropReplacedIndexes, type SessionIndex, sessionIndexes } from './sql/session-indexes.sql.js';
export type { SessionChange } from './sql/update-session.sql.js';
export { SessionRepositories, StorageModule } from './storage.module.js';
export {
  InvalidPosition,
  RunIdTaken,
  SessionIdTooLong,
  UnstorableCharacter,
  ValueTooLarge,
} from './storage-errors.js';
