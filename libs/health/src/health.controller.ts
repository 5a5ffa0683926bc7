import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { HEALTH_OPTIONS, type HealthOptions } from './health-options.js';

@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
  ) {}

  /** The process answers. Says nothing about databases: one that is down must not get the service restarted. */
  @Get('healthz')
  @HealthCheck({ swaggerDocumentation: false })
  async healthz(): Promise<{ status: string }> {
    const { status } = await this.health.check([]);
    return { status };
  }

  /** What AgentOS answers to its own clients' health question; the time as Python prints a datetime. */
  @Get('health')
  agentOsHealth(): { status: string; instantiated_at: string } {
    return { status: 'ok', instantiated_at: this.options.startedAt.toISOString().replace('Z', '000Z') };
  }
}
