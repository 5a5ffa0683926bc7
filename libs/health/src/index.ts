export { DatabaseHealth } from './database-health.js';
export * from './health.module.js';
