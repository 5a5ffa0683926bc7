export { freePort } from '../../apps/session-service/src/embedded/free-port.js';
