import { JWT_ALGORITHMS, type JwtAlgorithm, type OpenRoute } from '@session-service/auth';
import { ADMIN_SCOPE, TOKEN_SOURCES, type TokenSource } from '@session-service/contract';
import { PROTOCOLS, SAMPLERS, type TraceOptions } from '@session-service/telemetry';
import { ValidateIf } from 'class-validator';
import { AccessRules, Dsn, DsnMap, ReplicaMap } from './custom-formats.js';
import {
  AnyString,
  CookieName,
  HostList,
  HttpAddress,
  Integer,
  ListenAddress,
  type LogLevel,
  LogLevelName,
  Milliseconds,
  OneOf,
  OpenRouteList,
  OriginList,
  ProxyList,
  SamplingRatio,
  SqlIdentifier,
  StringList,
  TrueOrFalse,
  WorkerCount,
} from './variable-formats.js';

/** The variables that the service reads, with their defaults. `validateEnvironment` fills and validates an instance. */
export class Environment {
  // AGNO_SESSION_DSN_MAP overrides AGNO_PG_DSN, which overrides DATABASE_URL. An overridden DSN may be invalid.
  @DsnMap() readonly AGNO_SESSION_DSN_MAP?: string;
  @ValidateIf((env: Environment) => env.AGNO_SESSION_DSN_MAP === undefined)
  @Dsn()
  readonly AGNO_PG_DSN?: string;
  @ValidateIf((env: Environment) => (env.AGNO_SESSION_DSN_MAP ?? env.AGNO_PG_DSN) === undefined)
  @Dsn()
  readonly DATABASE_URL?: string;
  @ReplicaMap() readonly AGNO_SESSION_REPLICA_MAP?: string;
  @AnyString() readonly AGNO_DEFAULT_DB_ID?: string;
  @TrueOrFalse() readonly AGNO_REQUIRE_DB_ID: boolean = false;

  @Integer(0, 65535) readonly AGNO_SERVICE_PORT: number = 8080;
  @Integer(1, 65535) readonly AGNO_MANAGEMENT_PORT?: number;
  @ListenAddress() readonly AGNO_SERVICE_HOST: string = '127.0.0.1';
  @HostList() readonly AGNO_ALLOWED_HOSTS: readonly string[] = [];

  @TrueOrFalse() readonly AGNO_STANDALONE: boolean = true;
  @TrueOrFalse() readonly AGNO_EXPLORER: boolean = false;

  @SqlIdentifier() readonly AGNO_DB_SCHEMA: string = 'ai';
  @SqlIdentifier() readonly AGNO_SESSION_TABLE: string = 'agno_sessions';
  @SqlIdentifier() readonly AGNO_RUN_TABLE: string = 'agno_runs';

  @WorkerCount() readonly AGNO_SERVICE_WORKERS: number | 'auto' = 1;
  @Milliseconds(1) readonly AGNO_REQUEST_TIMEOUT_MS: number = 60_000;
  @Milliseconds(0) readonly AGNO_DRAIN_DELAY_MS: number = 0;
  @Integer(1, 1000) readonly AGNO_POOL_SIZE: number = 10;
  @Milliseconds(1) readonly AGNO_CONNECT_TIMEOUT_MS: number = 5_000;
  @Milliseconds(1) readonly AGNO_QUEUE_TIMEOUT_MS: number = 2_000;
  @Milliseconds(0) readonly AGNO_STATEMENT_TIMEOUT_MS: number = 60_000;
  @Milliseconds(0) readonly AGNO_POOL_IDLE_TIMEOUT_MS: number = 30_000;
  @Integer(1, 2 ** 30) readonly AGNO_BODY_LIMIT_BYTES: number = 16 * 2 ** 20;
  @Integer(2 ** 24, 2 ** 40) readonly AGNO_MEMORY_BUDGET_BYTES: number = 2 ** 27;
  @Integer(1, 1_000_000) readonly AGNO_MAX_CONNECTIONS: number = 2_000;

  @AnyString() readonly OS_SECURITY_KEY?: string;
  @AnyString() readonly JWT_VERIFICATION_KEY?: string;
  @AnyString() readonly JWT_JWKS_FILE?: string;
  @HttpAddress() readonly JWT_JWKS_URL?: string;
  @OneOf(JWT_ALGORITHMS) readonly JWT_ALGORITHM: JwtAlgorithm = 'RS256';
  @AnyString() readonly JWT_ISSUER?: string;
  @StringList() readonly JWT_AUDIENCE: readonly string[] = [];
  @Integer(0, 3600) readonly JWT_LEEWAY_SECONDS: number = 10;
  @AnyString() readonly JWT_USER_ID_CLAIM: string = 'sub';
  @AnyString() readonly JWT_SCOPES_CLAIM: string = 'scopes';
  @AnyString() readonly JWT_AUDIENCE_CLAIM: string = 'aud';
  @OneOf(TOKEN_SOURCES) readonly JWT_TOKEN_SOURCE: TokenSource = 'header';
  @CookieName() readonly JWT_COOKIE_NAME: string = 'access_token';
  @TrueOrFalse() readonly AGNO_AUTHORIZATION: boolean = false;
  @TrueOrFalse() readonly AGNO_USER_ISOLATION: boolean = false;
  @AnyString() readonly AGNO_ADMIN_SCOPE: string = ADMIN_SCOPE;
  @Milliseconds(0) readonly AGNO_ACCOUNT_CACHE_MS: number = 30_000;
  @AccessRules() readonly AGNO_DB_ACCESS?: string;
  @OpenRouteList() readonly AGNO_OPEN_ROUTES: readonly OpenRoute[] = ['docs'];

  @ProxyList() readonly AGNO_TRUSTED_PROXIES: readonly string[] = [];
  @OriginList() readonly AGNO_CORS_ORIGINS: readonly string[] = AGENTOS_ORIGINS;
  @LogLevelName() readonly LOG_LEVEL: LogLevel = 'info';

  // Validated only if traces are exported: a platform may set these variables for other programs.
  @AnyString() readonly OTEL_SDK_DISABLED?: string;
  @ValidateIf(isTracingEnabled)
  @OneOf(['otlp', 'none'])
  readonly OTEL_TRACES_EXPORTER?: 'otlp' | 'none';
  @ValidateIf(isTracingEnabled) @HttpAddress() readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @ValidateIf(isTracingEnabled) @HttpAddress() readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  @ValidateIf((env: Environment) => isTracingEnabled(env) && env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL === undefined)
  @OneOf(PROTOCOLS)
  readonly OTEL_EXPORTER_OTLP_PROTOCOL: TraceOptions['protocol'] = 'http/protobuf';
  @ValidateIf(isTracingEnabled)
  @OneOf(PROTOCOLS)
  readonly OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: TraceOptions['protocol'];
  @ValidateIf(isTracingEnabled)
  @OneOf(SAMPLERS)
  readonly OTEL_TRACES_SAMPLER: TraceOptions['sampler'] = 'parentbased_always_on';
  @ValidateIf(isTracingEnabled) @SamplingRatio() readonly OTEL_TRACES_SAMPLER_ARG: number = 1;
  @AnyString() readonly OTEL_PROPAGATORS: string = 'tracecontext';
}

/** Traces are exported if OTEL_TRACES_EXPORTER is `otlp`, or if it is unset and an endpoint is configured. */
export function isTracingEnabled(environment: Environment): boolean {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  return (environment.OTEL_TRACES_EXPORTER ?? (endpoint === undefined ? 'none' : 'otlp')) !== 'none';
}

/** The origins that AgentOS 3.1.10 allows by default. */
const AGENTOS_ORIGINS: readonly string[] = [
  'http://localhost:3000',
  'https://agno.com',
  'https://www.agno.com',
  'https://app.agno.com',
  'https://os-stg.agno.com',
  'https://os.agno.com',
];
