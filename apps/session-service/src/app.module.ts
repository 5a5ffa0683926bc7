import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '@session-service/auth';
import { DatabaseModule, type DatabaseObserver } from '@session-service/database';
import { HealthModule } from '@session-service/health';
import { SessionsModule } from '@session-service/sessions';
import { type ServiceMetrics, TelemetryModule } from '@session-service/telemetry';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { serviceConfigModule } from './config/load-config.js';
import type { ServiceConfig } from './config/service-config.js';

/** Composes the libraries into the service. */
@Module({})
export class AppModule {
  static with(
    config: ServiceConfig,
    logger: Logger,
    metrics: ServiceMetrics,
    observer: DatabaseObserver,
    startedAt: Date,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        serviceConfigModule(config),
        // The access log is a hook of the adapter; a middleware on every route would cost ten times as much.
        // Errors are written as the logger has it, not as pino-http would.
        LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false, wrapSerializers: false }, forRoutes: [] }),
        DatabaseModule.forRoot({
          targets: config.databases,
          defaultId: config.defaultDatabaseId,
          requireId: config.requireDatabaseId,
          pool: config.pool,
          tables: { schema: config.schema, sessionTable: config.sessionTable, runTable: config.runTable },
          observer,
        }),
        AuthModule.forRoot(config.auth),
        SessionsModule,
        HealthModule.forRoot({ startedAt, drainDelayMs: config.drainDelayMs }),
        TelemetryModule.forRoot(metrics),
      ],
    };
  }
}
