import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { HEALTH_OPTIONS, type HealthOptions, Readiness } from './readiness.js';

@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    @Inject(HEALTH_OPTIONS) private readonly options: HealthOptions,
  ) {}

  /** Liveness. It does not check databases: restarting the service would not repair them. */
  @Get(['healthz', 'livez'])
  liveness(): { status: string } {
    return { status: 'ok' };
  }

  /** Readiness. The report is the body of both 200 and 503, so it bypasses the exception filter. */
  @Get('readyz')
  async readyz(@Res({ passthrough: true }) reply: { code(status: number): unknown }): Promise<HealthCheckResult> {
    const report = await this.readiness.check();
    reply.code(report.status === 'ok' || report.status === 'degraded' ? 200 : 503);
    return report;
  }

  /** AgentOS's landing page: the name of the service and links to what exists here. */
  @Get()
  home(): Readonly<Record<string, string>> {
    const { version, hasOpenDocs } = this.options;
    return {
      name: 'AgentOS session service',
      description: 'The /sessions API of AgentOS',
      health: '/health',
      sessions: '/sessions',
      // The document names the version as well, so without it the version stays private.
      ...(hasOpenDocs && { version, docs: '/docs', openapi: '/openapi.json' }),
    };
  }

  /** AgentOS's own health route. The time is written like a Python datetime, with microseconds. */
  @Get('health')
  agentOsHealth(): { status: string; instantiated_at: string } {
    return { status: 'ok', instantiated_at: this.options.startedAt.toISOString().replace('Z', '000Z') };
  }
}
