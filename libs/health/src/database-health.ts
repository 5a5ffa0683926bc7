import { Injectable, Logger } from '@nestjs/common';
import { type HealthIndicatorFunction, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import {
  DatabaseClosed,
  DatabaseRegistry,
  type DatabaseServer,
  DatabaseUnavailable,
  type Statement,
  withTimeLimit,
} from '@session-service/database';
import { sessionsReadable } from '@session-service/storage';

/** Time in milliseconds after which a database that has not responded counts as down. */
const TIMEOUT_MS = 2_000;

/** Time in milliseconds for which a result is cached: frequent health checks must not load the databases. */
const CACHE_MS = 1_000;

/** Time in milliseconds after which the log names a database again that is still down. */
const REMINDER_MS = 60_000;

interface Outage {
  readonly startedAt: number;
  loggedAt: number;
}

interface ProbeResult {
  readonly startedAt: number;
  readonly isUp: Promise<boolean>;
}

/**
 * Health of every primary, named by its db_id, and of every replica, in the order of the DSN map. A database whose
 * sessions table cannot be read is down; other missing rights make only some requests fail. Never throws. Logs the reason
 * when a database goes down and while it stays down: the reports of probes do not contain it.
 */
@Injectable()
export class DatabaseHealth {
  private readonly results = new Map<string, ProbeResult>();
  private readonly succeededAt = new WeakMap<DatabaseServer, number>();
  private readonly outages = new Map<string, Outage>();
  private readonly logger = new Logger('Health');
  private readonly probe: Statement;

  constructor(
    private readonly registry: DatabaseRegistry,
    private readonly indicators: HealthIndicatorService,
  ) {
    this.probe = sessionsReadable(registry.options.tables);
  }

  /** Returns one Terminus indicator per server. */
  databaseIndicators(): HealthIndicatorFunction[] {
    return this.registry.servers().map((server) => () => this.indicate(server));
  }

  async statusById(): Promise<ReadonlyMap<string, boolean>> {
    const servers = this.registry.servers();
    return new Map(await Promise.all(servers.map(async (server) => [server.id, await this.isUp(server)] as const)));
  }

  /** Reports `down` only for the default database. Without another database, the service is only degraded. */
  private async indicate(server: DatabaseServer): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(server.id);
    // The report contains no error message, which would name hosts and users.
    if (await this.isUp(server)) return indicator.up();
    return server.id === this.registry.options.defaultId ? indicator.down() : indicator.degraded();
  }

  private isUp(server: DatabaseServer): Promise<boolean> {
    const cached = this.results.get(server.id);
    const now = performance.now();
    if (cached !== undefined && now - cached.startedAt < CACHE_MS) return cached.isUp;
    // On a busy database the probe would wait in the connection queue. A recent response proves the same, unless the
    // role has lost a right since the last probe that succeeded.
    const isProven = server.hasRespondedWithin(CACHE_MS) && !server.hasDeniedSince(this.succeededAt.get(server) ?? 0);
    if (isProven) this.logUp(server.id);
    const isUp = isProven ? Promise.resolve(true) : this.sendProbe(server);
    this.results.set(server.id, { startedAt: now, isUp });
    return isUp;
  }

  private async sendProbe(server: DatabaseServer): Promise<boolean> {
    const sentAt = performance.now();
    try {
      const rows = await withTimeLimit(TIMEOUT_MS, (deadline) => server.query(this.probe, [], deadline));
      if (rows.length === 0) throw new Error('the role may not read the sessions table');
      this.succeededAt.set(server, sentAt);
      this.logUp(server.id);
      return true;
    } catch (error) {
      if (!(error instanceof DatabaseClosed))
        this.logDown(server.id, error instanceof DatabaseUnavailable ? error.cause : error);
      return false;
    }
  }

  private logDown(id: string, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const now = performance.now();
    const outage = this.outages.get(id);
    if (outage === undefined) {
      this.outages.set(id, { startedAt: now, loggedAt: now });
      this.logger.warn(`Database '${id}' is down: ${reason}`);
    } else if (now - outage.loggedAt >= REMINDER_MS) {
      outage.loggedAt = now;
      this.logger.warn(`Database '${id}' has been down for ${secondsSince(outage.startedAt)} s: ${reason}`);
    }
  }

  private logUp(id: string): void {
    const outage = this.outages.get(id);
    if (outage === undefined) return;
    this.outages.delete(id);
    this.logger.warn(`Database '${id}' is up again after ${secondsSince(outage.startedAt)} s`);
  }
}

function secondsSince(time: number): number {
  return Math.round((performance.now() - time) / 1_000);
}
