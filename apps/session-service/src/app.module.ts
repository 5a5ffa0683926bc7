import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule, type AuthOptions } from '@session-service/auth';
import { DatabaseModule, type DatabaseObserver } from '@session-service/database';
import { ExplorerModule, type ExplorerOptions } from '@session-service/explorer';
import { HealthModule, type HealthOptions } from '@session-service/health';
import { SessionsModule } from '@session-service/sessions';
import { StandaloneModule, type StandaloneOptions } from '@session-service/standalone';
import { type ServiceMetrics, TelemetryModule } from '@session-service/telemetry';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { configModule, configToken, type HealthConfig, type ServiceConfig } from './config/config.module.js';
import type { DatabaseConfig } from './config/database.config.js';
import { globalProviders } from './pipeline.js';

/** Composes the libraries into the service. Each library gets its options from its configuration namespace. */
@Module({})
export class AppModule {
  static with(
    config: ServiceConfig,
    logger: Logger,
    metrics: ServiceMetrics,
    observer: DatabaseObserver,
    process: Pick<HealthOptions, 'startedAt' | 'version'>,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        configModule(config),
        // pino-http's access log would take ten times as long as `logAccess`. `createLogger` serializes errors.
        LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false, wrapSerializers: false }, forRoutes: [] }),
        DatabaseModule.forRootAsync({
          ids: config.database.targets.map(({ id }) => id),
          inject: [configToken('database')],
          useFactory: (database: DatabaseConfig) => ({ ...database, observer }),
        }),
        AuthModule.forRootAsync({ inject: [configToken('auth')], useFactory: (auth: AuthOptions) => auth }),
        SessionsModule.forRelease(process.version),
        HealthModule.forRootAsync({
          inject: [configToken('health')],
          useFactory: (health: HealthConfig) => ({ ...health, ...process }),
        }),
        TelemetryModule.forRoot(metrics),
        ...(config.standalone.isEnabled ? [standaloneModule()] : []),
        ...(config.explorer.isEnabled ? [explorerModule()] : []),
      ],
      providers: globalProviders(config.http),
    };
  }
}

function standaloneModule(): DynamicModule {
  return StandaloneModule.forRootAsync({
    inject: [configToken('standalone')],
    useFactory: (options: StandaloneOptions) => options,
  });
}

function explorerModule(): DynamicModule {
  return ExplorerModule.forRootAsync({
    inject: [configToken('explorer')],
    useFactory: (options: ExplorerOptions) => options,
  });
}
