import { scaled } from '../../support/time-scale.js';

/** The service's own defaults, for this machine: faults must be survived within the limits that users have. */
export const DEFAULT_LIMITS = {
  AGNO_REQUEST_TIMEOUT_MS: String(scaled(60_000)),
  AGNO_CONNECT_TIMEOUT_MS: String(scaled(5_000)),
  AGNO_QUEUE_TIMEOUT_MS: String(scaled(2_000)),
};
