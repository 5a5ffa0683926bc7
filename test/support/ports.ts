export { freePort } from '../../apps/session-service/src/embedded/embedded-postgres.js';
