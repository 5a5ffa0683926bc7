import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { DatabaseHealth } from './database-health.js';

export interface HealthOptions {
  /** When the service started: the same for all of its processes. */
  readonly startedAt: Date;
  /** How long the service still serves requests, but reports that it is not ready, after SIGTERM; in milliseconds. */
  readonly drainDelayMs: number;
}

export const HEALTH_OPTIONS = Symbol('health options');

/** Whether load balancers should send requests here: not while the default database is down, nor during the drain. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private isDraining = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly databases: DatabaseHealth,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
  ) {}

  /** Starts the drain: load balancers get time to notice before the service stops accepting connections. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    await setTimeout(this.options.drainDelayMs);
  }

  /** Terminus' report. The service is ready if its `status` is `ok` or `degraded`. */
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
