import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
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

  /**
   * Readiness. The report is the body of both 200 and 503, so it bypasses the exception filter. Clients of the main port
   * learn the status only, not the names of the databases.
   */
  @Get('readyz')
  async readyz(
    @Req() { isManagement }: { readonly isManagement: boolean },
    @Res({ passthrough: true }) reply: { code(status: number): unknown },
  ): Promise<HealthCheckResult | Pick<HealthCheckResult, 'status'>> {
    const report = await this.readiness.check();
    const isReady = report.status === 'ok' || report.status === 'degraded';
    reply.code(isReady ? 200 : 503);
    return isManagement ? report : { status: isReady ? report.status : 'error' };
  }

  /** AgentOS's landing page: the name of the service and links to the routes that exist here. */
  @Get()
  home(): Readonly<Record<string, string>> {
    const { version, hasOpenDocs } = this.options;
    return {
      name: 'AgentOS session service',
      description: 'The /sessions API of AgentOS',
      health: '/health',
      sessions: '/sessions',
      // The OpenAPI document contains the version, so the version is public only if the document is.
      ...(hasOpenDocs && { version, docs: '/docs', openapi: '/openapi.json' }),
    };
  }

  /** AgentOS's own health route. The time is written like a Python datetime, with microseconds. */
  @Get('health')
  agentOsHealth(): { status: string; instantiated_at: string } {
    return { status: 'ok', instantiated_at: this.options.startedAt.toISOString().replace('Z', '000Z') };
  }
}
