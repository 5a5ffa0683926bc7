import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';

/** When this process began to serve, as Python prints a datetime. */
const INSTANTIATED_AT = new Date().toISOString().replace('Z', '000Z');

@Controller()
export class HealthController {
  constructor(private readonly health: HealthCheckService) {}

  /** The process answers. Says nothing about databases: one that is down must not get the service restarted. */
  @Get('healthz')
  @HealthCheck({ swaggerDocumentation: false })
  async healthz(): Promise<{ status: string }> {
    const { status } = await this.health.check([]);
    return { status };
  }

  /** What AgentOS answers to its own clients' health question. */
  @Get('health')
  agentOsHealth(): { status: string; instantiated_at: string } {
    return { status: 'ok', instantiated_at: INSTANTIATED_AT };
  }
}
