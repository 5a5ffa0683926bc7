export interface HealthOptions {
  /** When the service started: the same for all processes of it. */
  readonly startedAt: Date;
  /** How long the service goes on serving, but is not ready, after it was told to stop; in milliseconds. */
  readonly drainDelayMs: number;
}

export const HEALTH_OPTIONS = Symbol('health options');
