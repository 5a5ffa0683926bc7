export { DatabaseProbes } from './database-probes.js';
export * from './health.module.js';
