import { scaled } from '../../support/time-scale.js';

/** The service's default timeouts, scaled to this machine: it must survive faults with the settings that users have. */
export const DEFAULT_TIMEOUTS = {
  AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)),
  AGNO_CONNECT_TIMEOUT_MS: String(scaled(5_000)),
  AGNO_QUEUE_TIMEOUT_MS: String(scaled(2_000)),
};
