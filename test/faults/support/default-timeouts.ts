import { scaled } from '../../support/time-scale.js';

/** The service's default timeouts, multiplied on slow machines. The service must survive faults with its defaults. */
export const DEFAULT_TIMEOUTS = {
  AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)),
  AGNO_CONNECT_TIMEOUT_MS: String(scaled(5_000)),
  AGNO_QUEUE_TIMEOUT_MS: String(scaled(2_000)),
};
