import { type DynamicModule, Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { ServiceMetrics } from './service-metrics.js';

/** Serves the metrics at `/metrics`. */
@Module({ controllers: [MetricsController] })
export class TelemetryModule {
  static forRoot(metrics: ServiceMetrics): DynamicModule {
    return { module: TelemetryModule, providers: [{ provide: ServiceMetrics, useValue: metrics }] };
  }
}
