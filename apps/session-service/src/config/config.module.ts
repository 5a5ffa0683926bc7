import type { DynamicModule } from '@nestjs/common';
import { ConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import type { AuthOptions } from '@session-service/auth';
import type { HealthOptions } from '@session-service/health';
import type { HttpOptions } from '@session-service/http';
import type { DatabaseConfig } from './database.config.js';
import type { TelemetryConfig } from './telemetry.config.js';

/** The validated configuration, one namespace per library. Times in milliseconds, sizes in bytes. */
export interface ServiceConfig {
  readonly http: HttpConfig;
  readonly database: DatabaseConfig;
  readonly auth: AuthOptions;
  readonly health: HealthConfig;
  readonly telemetry: TelemetryConfig;
}

export interface HttpConfig extends HttpOptions {
  readonly port: number;
  readonly host: string;
  /** Processes that serve the port together. */
  readonly workers: number;
  /** Limit per process for the request bodies, rows and responses in memory. */
  readonly memoryBudgetBytes: number;
}

export type HealthConfig = Pick<HealthOptions, 'drainDelayMs'>;

/**
 * Registers every namespace globally: inject one with `@Inject(configToken('http'))`, or read `http.port` from
 * `ConfigService`. The module itself reads no environment: `validateEnvironment` has run before Nest starts, because the
 * HTTP adapter needs its result.
 */
export function configModule(config: ServiceConfig): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    cache: true,
    ignoreEnvFile: true,
    ignoreEnvVars: true,
    skipProcessEnv: true,
    load: Object.entries(config).map(([namespace, values]) => registerAs(namespace, () => values)),
  });
}

/** The provider token of a namespace. */
export function configToken(namespace: keyof ServiceConfig): string {
  return getConfigToken(namespace);
}
