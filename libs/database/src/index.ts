export * from './database.js';
export * from './database.module.js';
export * from './database-errors.js';
export * from './database-options.js';
export * from './database-registry.js';
export * from './deadline.js';
export * from './dsn/index.js';
export * from './statement.js';
