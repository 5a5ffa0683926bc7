import { JWT_ALGORITHMS, type JwtAlgorithm, OPEN_ROUTES, type OpenRoute } from '@session-service/auth';
import { ADMIN_SCOPE, TOKEN_SOURCES, type TokenSource } from '@session-service/contract';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { LogLevel } from './service-config.js';
import {
  anyString,
  cookieName,
  identifier,
  listenAddress,
  logLevel,
  milliseconds,
  oneOf,
  openRoutes,
  origins,
  proxies,
  stringList,
  trueOrFalse,
  Variable,
  webAddress,
  wholeNumber,
  workerCount,
} from './variable-formats.js';

/** The variables that the service reads, with their defaults. */
export class Environment {
  @Variable(anyString) readonly AGNO_SESSION_DSN_MAP?: string;
  @Variable(anyString) readonly AGNO_PG_DSN?: string;
  @Variable(anyString) readonly DATABASE_URL?: string;
  @Variable(anyString) readonly AGNO_SESSION_REPLICA_MAP?: string;
  @Variable(anyString) readonly AGNO_DEFAULT_DB_ID?: string;
  @Variable(trueOrFalse) readonly AGNO_REQUIRE_DB_ID: boolean = false;

  @Variable(wholeNumber(0, 65535)) readonly AGNO_SERVICE_PORT: number = 8080;
  @Variable(listenAddress) readonly AGNO_SERVICE_HOST: string = '0.0.0.0';

  @Variable(identifier) readonly AGNO_DB_SCHEMA: string = 'ai';
  @Variable(identifier) readonly AGNO_SESSION_TABLE: string = 'agno_sessions';
  @Variable(identifier) readonly AGNO_RUN_TABLE: string = 'agno_runs';

  @Variable(workerCount) readonly AGNO_SERVICE_WORKERS: number = 1;
  @Variable(milliseconds(1)) readonly AGNO_REQUEST_TIMEOUT_MS: number = 60_000;
  @Variable(milliseconds(0)) readonly AGNO_DRAIN_DELAY_MS: number = 0;
  @Variable(wholeNumber(1, 1000)) readonly AGNO_POOL_SIZE: number = 10;
  @Variable(milliseconds(1)) readonly AGNO_CONNECT_TIMEOUT_MS: number = 5_000;
  @Variable(milliseconds(1)) readonly AGNO_QUEUE_TIMEOUT_MS: number = 2_000;
  @Variable(milliseconds(0)) readonly AGNO_STATEMENT_TIMEOUT_MS: number = 60_000;
  @Variable(milliseconds(0)) readonly AGNO_POOL_IDLE_TIMEOUT_MS: number = 30_000;
  @Variable(wholeNumber(1, 2 ** 30)) readonly AGNO_BODY_LIMIT_BYTES: number = 16 * 2 ** 20;
  @Variable(wholeNumber(2 ** 24, 2 ** 40)) readonly AGNO_MEMORY_BUDGET_BYTES: number = 2 ** 27;
  @Variable(wholeNumber(1, 1_000_000)) readonly AGNO_MAX_CONNECTIONS: number = 2_000;

  @Variable(anyString) readonly OS_SECURITY_KEY?: string;
  @Variable(anyString) readonly JWT_VERIFICATION_KEY?: string;
  @Variable(anyString) readonly JWT_JWKS_FILE?: string;
  @Variable(webAddress) readonly JWT_JWKS_URL?: URL;
  @Variable(oneOf(JWT_ALGORITHMS)) readonly JWT_ALGORITHM: JwtAlgorithm = 'RS256';
  @Variable(anyString) readonly JWT_ISSUER?: string;
  @Variable(stringList) readonly JWT_AUDIENCE: readonly string[] = [];
  @Variable(wholeNumber(0, 3600)) readonly JWT_LEEWAY_SECONDS: number = 10;
  @Variable(anyString) readonly JWT_USER_ID_CLAIM: string = 'sub';
  @Variable(anyString) readonly JWT_SCOPES_CLAIM: string = 'scopes';
  @Variable(anyString) readonly JWT_AUDIENCE_CLAIM: string = 'aud';
  @Variable(oneOf(TOKEN_SOURCES)) readonly JWT_TOKEN_SOURCE: TokenSource = 'header';
  @Variable(cookieName) readonly JWT_COOKIE_NAME: string = 'access_token';
  @Variable(trueOrFalse) readonly AGNO_AUTHORIZATION: boolean = false;
  @Variable(trueOrFalse) readonly AGNO_USER_ISOLATION: boolean = false;
  @Variable(anyString) readonly AGNO_ADMIN_SCOPE: string = ADMIN_SCOPE;
  @Variable(milliseconds(0)) readonly AGNO_ACCOUNT_CACHE_MS: number = 30_000;
  @Variable(anyString) readonly AGNO_DB_ACCESS?: string;
  @Variable(openRoutes) readonly AGNO_OPEN_ROUTES: readonly OpenRoute[] = OPEN_ROUTES;

  @Variable(proxies) readonly AGNO_TRUSTED_PROXIES: readonly string[] = [];
  @Variable(origins) readonly AGNO_CORS_ORIGINS: readonly string[] = AGENTOS_ORIGINS;
  @Variable(logLevel) readonly LOG_LEVEL: LogLevel = 'info';

  // Judged only where traces are wanted: a platform may set them for others.
  @Variable(anyString) readonly OTEL_SDK_DISABLED?: string;
  @Variable(anyString) readonly OTEL_TRACES_EXPORTER?: string;
  @Variable(anyString) readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @Variable(anyString) readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  @Variable(anyString) readonly OTEL_EXPORTER_OTLP_PROTOCOL?: string;
  @Variable(anyString) readonly OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string;
  @Variable(anyString) readonly OTEL_TRACES_SAMPLER?: string;
  @Variable(anyString) readonly OTEL_TRACES_SAMPLER_ARG?: string;
  @Variable(anyString) readonly OTEL_PROPAGATORS?: string;
}

/** Reads the known variables. Blank ones count as absent, as a compose file writes them. Faults are whole sentences. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): {
  environment: Environment;
  faults: string[];
} {
  const given = Object.entries(env).flatMap(([name, text]) => (text?.trim() ? [[name, text.trim()]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(given), {
    excludeExtraneousValues: true,
    exposeDefaultValues: true,
  });
  const errors = validateSync(environment);
  const faults = errors.flatMap(({ constraints }) => Object.values(constraints ?? {}));
  // What could not be read counts as absent, so that the rest can be judged and named as well.
  const defaults: Record<string, unknown> = { ...new Environment() };
  for (const { property } of errors) Object.assign(environment, { [property]: defaults[property] });
  return { environment, faults };
}

/** Browsers that AgentOS 3.1.10 lets in when nobody configures origins. */
const AGENTOS_ORIGINS: readonly string[] = [
  'http://localhost:3000',
  'https://agno.com',
  'https://www.agno.com',
  'https://app.agno.com',
  'https://os-stg.agno.com',
  'https://os.agno.com',
];

/** The environment is not usable. The message has one line per fault; no line holds a value that could be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly errors: readonly string[]) {
    super(errors.join('\n'));
  }
}
