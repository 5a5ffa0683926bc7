export * from './config-error.js';
export { hasDsn } from './databases.js';
export * from './load-config.js';
export * from './service-config.js';
export * from './service-config.module.js';
