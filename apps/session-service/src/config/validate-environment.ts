import { type DynamicModule, Inject } from '@nestjs/common';
import { ConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import { parseAuth } from './auth.config.js';
import { parseDatabases } from './database.config.js';
import { ConfigError, type Environment, readEnvironment } from './environment.js';
import type { DatabaseConfig, ServiceConfig } from './service-config.js';
import { parseTraces } from './telemetry.config.js';

/**
 * The service's configuration from environment variables, for example `process.env`.
 * Reads nothing else, except the certificate files that a DSN names.
 *
 * @throws ConfigError with every fault, so that one restart can mend them all
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const { environment, faults } = readEnvironment(env);
  const databases = parseDatabases(environment, faults);
  const defaultDatabaseId = parseDefaultId(environment, databases, faults);
  if (environment.AGNO_SESSION_TABLE === environment.AGNO_RUN_TABLE) {
    faults.push('AGNO_RUN_TABLE must differ from AGNO_SESSION_TABLE');
  }
  if (environment.AGNO_POOL_SIZE < environment.AGNO_SERVICE_WORKERS) {
    faults.push('AGNO_POOL_SIZE must be at least AGNO_SERVICE_WORKERS: every worker needs a connection');
  }
  const auth = parseAuth(environment, databases, faults);
  const traces = parseTraces(environment, faults);
  if (faults.length > 0) throw new ConfigError(faults);

  return {
    databases,
    defaultDatabaseId,
    requireDatabaseId: environment.AGNO_REQUIRE_DB_ID,
    port: environment.AGNO_SERVICE_PORT,
    host: environment.AGNO_SERVICE_HOST,
    schema: environment.AGNO_DB_SCHEMA,
    sessionTable: environment.AGNO_SESSION_TABLE,
    runTable: environment.AGNO_RUN_TABLE,
    workers: environment.AGNO_SERVICE_WORKERS,
    requestTimeoutMs: environment.AGNO_REQUEST_TIMEOUT_MS,
    drainDelayMs: environment.AGNO_DRAIN_DELAY_MS,
    pool: {
      size: environment.AGNO_POOL_SIZE,
      connectTimeoutMs: environment.AGNO_CONNECT_TIMEOUT_MS,
      queueTimeoutMs: environment.AGNO_QUEUE_TIMEOUT_MS,
      statementTimeoutMs: environment.AGNO_STATEMENT_TIMEOUT_MS,
      idleTimeoutMs: environment.AGNO_POOL_IDLE_TIMEOUT_MS,
    },
    auth,
    bodyLimitBytes: environment.AGNO_BODY_LIMIT_BYTES,
    memoryBudgetBytes: environment.AGNO_MEMORY_BUDGET_BYTES,
    maxConnections: environment.AGNO_MAX_CONNECTIONS,
    trustedProxies: environment.AGNO_TRUSTED_PROXIES,
    corsOrigins: environment.AGNO_CORS_ORIGINS,
    logLevel: environment.LOG_LEVEL,
    traces,
  };
}

function parseDefaultId(environment: Environment, databases: readonly DatabaseConfig[], faults: string[]): string {
  const wanted = environment.AGNO_DEFAULT_DB_ID ?? databases[0]?.id ?? '';
  const ids = databases.map(({ id }) => id);
  // Without a usable database the id cannot be judged, and that fault has been named already.
  if (ids.length > 0 && !ids.includes(wanted)) {
    faults.push(`AGNO_DEFAULT_DB_ID must be the db_id of a configured database (${ids.join(', ')})`);
  }
  return wanted;
}

/**
 * Offers the configuration to the whole application: as `@InjectServiceConfig()` and as `ConfigService.get('service')`.
 * It is loaded before Nest starts, because the HTTP adapter needs it; Nest reads no environment of its own.
 */
export function serviceConfigModule(config: ServiceConfig): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    cache: true,
    ignoreEnvFile: true,
    ignoreEnvVars: true,
    skipProcessEnv: true,
    load: [registerAs(NAMESPACE, () => config)],
  });
}

/** Injects the ServiceConfig. */
export function InjectServiceConfig(): ParameterDecorator {
  return Inject(SERVICE_CONFIG);
}

const NAMESPACE = 'service';

/** The provider token, for `useFactory` modules. */
export const SERVICE_CONFIG: string = getConfigToken(NAMESPACE);
