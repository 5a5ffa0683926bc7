import { Controller, Get, Header } from '@nestjs/common';
import { aggregateMetrics } from './cluster-metrics.js';
import { ServiceMetrics } from './service-metrics.js';

@Controller()
export class MetricsController {
  constructor(private readonly metrics: ServiceMetrics) {}

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  scrape(): Promise<string> {
    return aggregateMetrics(this.metrics.registry);
  }
}
