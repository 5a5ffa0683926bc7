import { Controller, Get, Header } from '@nestjs/common';
import { figuresOfAll } from './cluster-figures.js';
import { ServiceMetrics } from './service-metrics.js';

@Controller()
export class MetricsController {
  constructor(private readonly metrics: ServiceMetrics) {}

  /** What Prometheus scrapes. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  figures(): Promise<string> {
    return figuresOfAll(this.metrics.registry);
  }
}
