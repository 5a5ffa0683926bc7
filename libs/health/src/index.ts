export { DatabaseHealth } from './database-probes.js';
export * from './health.module.js';
