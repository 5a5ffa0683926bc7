import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { DatabaseHealth } from './database-health.js';

export interface HealthOptions {
  /** Start time of the service, the same in all its processes. */
  readonly startedAt: Date;
  /** Version of the service. */
  readonly version: string;
  /** True if `/docs` and `/openapi.json` are on the main port and need no token. */
  readonly hasOpenDocs: boolean;
  /** Time in milliseconds after SIGTERM during which the service reports that it is not ready, but serves requests. */
  readonly drainDelayMs: number;
}

export const HEALTH_OPTIONS = Symbol('health options');

/**
 * Reports to load balancers that they must send no requests while the default database is down or the service drains.
 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private isDraining = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly databases: DatabaseHealth,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
  ) {}

  /** Drains: load balancers get time to notice the report before the service stops accepting connections. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    await setTimeout(this.options.drainDelayMs);
  }

  /** Returns Terminus' report. The service is ready if `status` is `ok` or `degraded`. */
  async check(): Promise<HealthCheckResult> {
    const indicators = this.databases.databaseIndicators();
    if (this.isDraining) indicators.push(() => this.indicators.check('service').down('draining'));
    try {
      return await this.health.check(indicators);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }
}
