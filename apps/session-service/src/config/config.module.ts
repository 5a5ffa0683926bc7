import type { DynamicModule } from '@nestjs/common';
import { ConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import type { AuthOptions } from '@session-service/auth';
import type { ExplorerOptions } from '@session-service/explorer';
import type { HealthOptions } from '@session-service/health';
import type { HttpOptions } from '@session-service/http';
import type { StandaloneOptions } from '@session-service/standalone';
import type { DatabaseConfig } from './database.config.js';
import type { TelemetryConfig } from './telemetry.config.js';

/** The validated configuration, one namespace per library. Times in milliseconds, sizes in bytes. */
export interface ServiceConfig {
  readonly http: HttpConfig;
  readonly database: DatabaseConfig;
  readonly auth: AuthOptions;
  readonly health: HealthConfig;
  readonly telemetry: TelemetryConfig;
  readonly standalone: StandaloneConfig;
  readonly explorer: ExplorerConfig;
}

export interface HttpConfig extends HttpOptions {
  readonly port: number;
  readonly host: string;
  /** Port of probes, metrics and docs; undefined: the main port serves them. */
  readonly managementPort: number | undefined;
  /** Number of processes that accept connections on the port. */
  readonly workers: number;
  /** Limit per process for the memory that request bodies, rows and responses use. */
  readonly memoryBudgetBytes: number;
}

export interface StandaloneConfig extends StandaloneOptions {
  /** True if the routes exist by which front ends find what there is without an AgentOS. */
  readonly isEnabled: boolean;
}

export interface ExplorerConfig extends ExplorerOptions {
  /** True if the explorer is served at `/explorer`. */
  readonly isEnabled: boolean;
}

export type HealthConfig = Pick<HealthOptions, 'drainDelayMs' | 'hasOpenDocs'>;

/**
 * Registers every namespace globally: `@Inject(configToken('http'))` injects one, and ConfigService serves `http.port`.
 * The environment is read before Nest starts, by `validateEnvironment`, because the HTTP adapter needs the result.
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

export function configToken(namespace: keyof ServiceConfig): string {
  return getConfigToken(namespace);
}
