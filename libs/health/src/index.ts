export { DatabaseHealth } from './database-health.js';
export { HealthModule } from './health.module.js';
export type { HealthOptions } from './readiness.js';
