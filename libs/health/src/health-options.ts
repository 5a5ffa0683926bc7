export interface HealthOptions {
  /** When the service started: the same for all processes of it. */
  readonly startedAt: Date;
}

export const HEALTH_OPTIONS = Symbol('health options');
