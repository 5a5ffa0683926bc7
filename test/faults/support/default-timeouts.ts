import { scaled } from '../../support/time-scale.js';

/** The default timeouts of the service, scaled to this machine, because it must survive faults with its default settings. */
export const DEFAULT_TIMEOUTS = {
  AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)),
  AGNO_CONNECT_TIMEOUT_MS: String(scaled(5_000)),
  AGNO_QUEUE_TIMEOUT_MS: String(scaled(2_000)),
};
