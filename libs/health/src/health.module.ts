import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseHealth } from './database-health.js';
import { HealthController } from './health.controller.js';
import { HEALTH_OPTIONS, type HealthOptions, Readiness } from './readiness.js';

@Module({ controllers: [HealthController], exports: [DatabaseHealth] })
export class HealthModule {
  static forRoot(options: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      providers: [{ provide: HEALTH_OPTIONS, useValue: options }, DatabaseHealth, Readiness],
    };
  }
}
