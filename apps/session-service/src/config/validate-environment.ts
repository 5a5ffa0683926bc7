import { availableParallelism } from 'node:os';
import { type AuthOptions, isOpen } from '@session-service/auth';
import type { OsAuthentication } from '@session-service/contract';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { authConfig, blankKeys } from './auth.config.js';
import type { ExplorerConfig, HttpConfig, ServiceConfig, StandaloneConfig } from './config.module.js';
import { databaseConfig } from './database.config.js';
import { Environment } from './environment.js';
import { telemetryConfig } from './telemetry.config.js';
import { MAX_WORKERS } from './variable-formats.js';

/**
 * Reads the service's configuration from environment variables and from the key and certificate files that they name.
 * Called once, before any connection is opened.
 *
 * @throws ConfigError with all errors, so that one restart can fix them
 */
export function validateEnvironment(env: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const { environment, errors, invalid } = readEnvironment(env);
  const database = databaseConfig(environment, errors);
  const databaseIds = database.targets.map(({ id }) => id);
  const auth = authConfig(environment, databaseIds, errors, invalid);
  if (environment.AGNO_MANAGEMENT_PORT === environment.AGNO_SERVICE_PORT) {
    errors.push('AGNO_MANAGEMENT_PORT must differ from AGNO_SERVICE_PORT');
  }
  if (errors.length > 0) throw new ConfigError(errors);
  return {
    http: httpConfig(environment, isOpen(auth)),
    database,
    auth,
    health: {
      drainDelayMs: environment.AGNO_DRAIN_DELAY_MS,
      hasOpenDocs: environment.AGNO_MANAGEMENT_PORT === undefined && auth.openRoutes.includes('docs'),
    },
    telemetry: telemetryConfig(environment),
    standalone: standaloneConfig(environment, auth),
    explorer: explorerConfig(environment, auth),
  };
}

/** The environment is invalid. The message has one line per error; no line contains a value that may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly errors: readonly string[]) {
    super(errors.join('\n'));
  }
}

/**
 * Blank variables count as unset, because a compose file sets `${VARIABLE:-}` to an empty string. Blank keys are
 * errors.
 */
function readEnvironment(env: Readonly<Record<string, string | undefined>>) {
  const values = Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(values), {
    excludeExtraneousValues: true,
    exposeDefaultValues: true,
  });
  const failures = validateSync(environment, { stopAtFirstError: true });
  const messages = failures.flatMap(({ constraints = {} }) => Object.values(constraints).join('\n').split('\n'));
  const errors = [...blankKeys(env), ...messages];
  const invalid = new Set(failures.map(({ property }) => property));
  // Replaces invalid values by the defaults, so that conflicts between the other variables are reported as well.
  for (const [name, value] of Object.entries(new Environment())) {
    if (value !== undefined && invalid.has(name)) Object.assign(environment, { [name]: value });
  }
  return { environment, errors, invalid };
}

/** `auto`: one process per processor, but no more than there are connections. */
function workerCount({ AGNO_SERVICE_WORKERS: workers, AGNO_POOL_SIZE: poolSize }: Environment): number {
  return workers === 'auto' ? Math.min(availableParallelism(), MAX_WORKERS, poolSize) : workers;
}

function standaloneConfig(environment: Environment, auth: AuthOptions): StandaloneConfig {
  return {
    isEnabled: environment.AGNO_STANDALONE,
    authentication: { mode: authenticationMode(auth), userIsolation: auth.isolatesUsers },
    // Leaves time to respond with the components of the other databases.
    timeLimitMs: environment.AGNO_REQUEST_TIMEOUT_MS / 2,
  };
}

function explorerConfig(environment: Environment, auth: AuthOptions): ExplorerConfig {
  return {
    isEnabled: environment.AGNO_EXPLORER,
    mode: authenticationMode(auth),
    tokenSource: auth.jwt?.source ?? 'header',
  };
}

function authenticationMode({ jwt, securityKey }: AuthOptions): OsAuthentication['mode'] {
  if (jwt !== undefined) return 'jwt';
  return securityKey === undefined ? 'none' : 'security_key';
}

function httpConfig(environment: Environment, isOpen: boolean): HttpConfig {
  return {
    port: environment.AGNO_SERVICE_PORT,
    host: environment.AGNO_SERVICE_HOST,
    managementPort: environment.AGNO_MANAGEMENT_PORT,
    workers: workerCount(environment),
    requestTimeoutMs: environment.AGNO_REQUEST_TIMEOUT_MS,
    bodyLimitBytes: environment.AGNO_BODY_LIMIT_BYTES,
    memoryBudgetBytes: environment.AGNO_MEMORY_BUDGET_BYTES,
    maxConnections: environment.AGNO_MAX_CONNECTIONS,
    trustedProxies: environment.AGNO_TRUSTED_PROXIES,
    corsOrigins: environment.AGNO_CORS_ORIGINS,
    allowedHosts: environment.AGNO_ALLOWED_HOSTS,
    isOpen,
  };
}
