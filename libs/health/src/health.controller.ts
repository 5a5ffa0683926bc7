import { Controller, Get, Inject, Res } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult } from '@nestjs/terminus';
import { HEALTH_OPTIONS, type HealthOptions, Readiness } from './readiness.js';

@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
  ) {}

  /**
   * The process answers, also while it drains. Says nothing about databases: one that is down must not get the service
   * restarted.
   */
  @Get(['healthz', 'livez'])
  @HealthCheck({ swaggerDocumentation: false })
  alive(): { status: string } {
    return { status: 'ok' };
  }

  /** Requests are welcome: 503 while the service drains, and while its default database is down. */
  @Get('readyz')
  async readyz(@Res({ passthrough: true }) reply: { code(status: number): unknown }): Promise<HealthCheckResult> {
    const report = await this.readiness.report();
    const isReady = report.status === 'ok' || report.status === 'degraded';
    reply.code(isReady ? 200 : 503);
    return report;
  }

  /** What AgentOS answers to its own clients' health question; the time as Python prints a datetime. */
  @Get('health')
  agentOsHealth(): { status: string; instantiated_at: string } {
    return { status: 'ok', instantiated_at: this.options.startedAt.toISOString().replace('Z', '000Z') };
  }
}
