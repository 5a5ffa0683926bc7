export * from './database.js';
export * from './database.module.js';
export * from './database-errors.js';
export * from './database-options.js';
export * from './database-reader.js';
export type { DatabaseServer } from './database-server.js';
export * from './deadline.js';
export { DsnError } from './dsn/dsn-parameters.js';
export { describeDsn, parseDsn } from './dsn/parse-dsn.js';
export * from './memory-budget.js';
export { MAX_VALUE_BYTES, OVERSIZED } from './message-framer.js';
export { readRows } from './read-rows.js';
export * from './request-coalescer.js';
export { BufferedRows, MAX_BUFFERED_BYTES, type Rows } from './result-rows.js';
export {
  type Execution,
  namedStatement,
  type RowReceiver,
  type RunStatement,
  type SqlValue,
  type Statement,
  type TextRow,
  type Work,
} from './statement.js';
