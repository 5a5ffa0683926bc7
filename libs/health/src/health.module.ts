import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseHealth } from './database-health.js';
import { HealthController } from './health.controller.js';
import { HEALTH_OPTIONS, type HealthOptions, Readiness } from './readiness.js';

@Module({
  // Terminus would log every failed check. DatabaseHealth logs when a database goes down and comes back.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [DatabaseHealth, Readiness],
  exports: [DatabaseHealth],
})
export class HealthModule {
  static forRootAsync(options: Pick<FactoryProvider<HealthOptions>, 'inject' | 'useFactory'>): DynamicModule {
    return { module: HealthModule, providers: [{ provide: HEALTH_OPTIONS, ...options }] };
  }
}
