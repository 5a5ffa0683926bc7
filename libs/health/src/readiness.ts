import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { DatabaseRegistry } from '@session-service/database';
import { DatabaseHealth } from './database-health.js';

export interface HealthOptions {
  /** When the service started: the same for all processes of it. */
  readonly startedAt: Date;
  /** How long the service goes on serving, but is not ready, after it was told to stop; in milliseconds. */
  readonly drainDelayMs: number;
}

export const HEALTH_OPTIONS = Symbol('health options');

/**
 * Whether requests should be sent here. A default database that is down says no; another one that is down does not, since
 * the rest is served. No reasons are given: they would name hosts and users.
 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private isDraining = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly probes: DatabaseHealth,
    private readonly registry: DatabaseRegistry,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
  ) {}

  /** Goes on serving for a while, so that whoever sends requests here has time to notice. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    await setTimeout(this.options.drainDelayMs);
  }

  /** Terminus' report, each database under its db_id; its `status` is `ok` or `degraded` while the service is ready. */
  async report(): Promise<HealthCheckResult> {
    const databases = await this.probes.statusById();
    const found = [...databases].map(([id, isUp]) => this.databaseStatus(id, isUp));
    if (this.isDraining) found.push(this.indicators.check('service').down('draining'));
    try {
      return await this.health.check(found.map((result) => () => result));
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  private databaseStatus(id: string, isUp: boolean): HealthIndicatorResult {
    const indicator = this.indicators.check(id);
    if (isUp) return indicator.up();
    return id === this.registry.options.defaultId ? indicator.down() : indicator.degraded();
  }
}
