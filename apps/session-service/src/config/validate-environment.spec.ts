import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ConfigError, validateEnvironment } from './validate-environment.js';

const DSN = 'postgresql://ann:SECRET@db/shop';
const OTHER = 'postgres://ann:SECRET@other/shop';

describe('default configuration', () => {
  it('has the documented values', () => {
    expect(validateEnvironment({ AGNO_PG_DSN: DSN })).toEqual({
      http: {
        port: 8080,
        host: '127.0.0.1',
        managementPort: undefined,
        workers: 1,
        requestTimeoutMs: 60_000,
        bodyLimitBytes: 16_777_216,
        memoryBudgetBytes: 134_217_728,
        maxConnections: 2_000,
        trustedProxies: [],
        corsOrigins: [
          'http://localhost:3000',
          'https://agno.com',
          'https://www.agno.com',
          'https://app.agno.com',
          'https://os-stg.agno.com',
          'https://os.agno.com',
        ],
        allowedHosts: [],
        isOpen: true,
      },
      database: {
        targets: [{ id: 'default', dsn: DSN, replicas: [] }],
        defaultId: 'default',
        requireId: false,
        pool: {
          size: 10,
          connectTimeoutMs: 5_000,
          queueTimeoutMs: 2_000,
          statementTimeoutMs: 60_000,
          idleTimeoutMs: 30_000,
        },
        tables: { schema: 'ai', sessionTable: 'agno_sessions', runTable: 'agno_runs' },
      },
      auth: {
        securityKey: undefined,
        jwt: undefined,
        checksScopes: false,
        isolatesUsers: false,
        adminScope: 'agent_os:admin',
        databaseAccess: undefined,
        accountCacheMs: 30_000,
        isStandalone: true,
        hasExplorer: false,
        openRoutes: ['docs'],
      },
      health: { drainDelayMs: 0, hasOpenDocs: true },
      telemetry: { logLevel: 'info' },
      standalone: { isEnabled: true, authentication: { mode: 'none', userIsolation: false }, timeLimitMs: 30_000 },
      explorer: { isEnabled: false, mode: 'none', tokenSource: 'header' },
    });
  });

  it('also applies to variables that are set but blank', () => {
    const blank = { AGNO_SESSION_DSN_MAP: '', AGNO_SERVICE_PORT: ' ', LOG_LEVEL: '', AGNO_CORS_ORIGINS: '' };
    expect(validateEnvironment({ ...blank, AGNO_PG_DSN: DSN })).toEqual(validateEnvironment({ AGNO_PG_DSN: DSN }));
  });
});

describe('configured databases', () => {
  it.each([
    ['come from DATABASE_URL alone', { DATABASE_URL: DSN }, [['default', DSN]], 'default'],
    [
      'come from AGNO_PG_DSN rather than DATABASE_URL',
      { AGNO_PG_DSN: DSN, DATABASE_URL: OTHER },
      [['default', DSN]],
      'default',
    ],
    [
      'come from AGNO_SESSION_DSN_MAP rather than AGNO_PG_DSN or DATABASE_URL',
      { AGNO_SESSION_DSN_MAP: `{"eu":"${OTHER}"}`, AGNO_PG_DSN: DSN, DATABASE_URL: DSN },
      [['eu', OTHER]],
      'eu',
    ],
    [
      'are valid even if an overridden DSN is invalid',
      { AGNO_PG_DSN: DSN, DATABASE_URL: 'mysql://db' },
      [['default', DSN]],
      'default',
    ],
    [
      'have the order of the DSN map, even with numeric db_ids',
      { AGNO_SESSION_DSN_MAP: ` { "b" : "${DSN}" ,\n"10":"${OTHER}","2":"${DSN}","__proto__":"${OTHER}"}` },
      [
        ['b', DSN],
        ['10', OTHER],
        ['2', DSN],
        ['__proto__', OTHER],
      ],
      'b',
    ],
    [
      'have the default that AGNO_DEFAULT_DB_ID names',
      { AGNO_SESSION_DSN_MAP: `{"b":"${DSN}","a":"${OTHER}"}`, AGNO_DEFAULT_DB_ID: 'a' },
      [
        ['b', DSN],
        ['a', OTHER],
      ],
      'a',
    ],
  ])('follow the rule: they %s', (_, env, expected, defaultId) => {
    const { database } = validateEnvironment(env);
    expect(database.targets.map(({ id, dsn }) => [id, dsn])).toEqual(expected);
    expect(database.defaultId).toBe(defaultId);
  });

  it('have the replicas that AGNO_SESSION_REPLICA_MAP lists for their db_id', () => {
    const map = { AGNO_SESSION_DSN_MAP: `{"b":"${DSN}","a":"${DSN}"}` };
    const { targets } = validateEnvironment({
      ...map,
      AGNO_SESSION_REPLICA_MAP: `{"a":["${OTHER}","${DSN}"]}`,
    }).database;
    expect(targets.map(({ id, replicas }) => [id, replicas])).toEqual([
      ['b', []],
      ['a', [OTHER, DSN]],
    ]);
    const single = { AGNO_PG_DSN: DSN, AGNO_SESSION_REPLICA_MAP: `{"default":["${OTHER}"]}` };
    expect(validateEnvironment(single).database.targets[0]?.replicas).toEqual([OTHER]);
  });
});

describe('validateEnvironment', () => {
  it.each([
    ['AGNO_REQUIRE_DB_ID', 'true', { database: { requireId: true } }],
    ['AGNO_REQUIRE_DB_ID', '1', { database: { requireId: true } }],
    ['AGNO_REQUIRE_DB_ID', 'False', { database: { requireId: false } }],
    ['AGNO_SERVICE_PORT', '0', { http: { port: 0 } }],
    ['AGNO_MANAGEMENT_PORT', '9090', { http: { managementPort: 9090 }, health: { hasOpenDocs: false } }],
    ['AGNO_SERVICE_HOST', '::1', { http: { host: '::1' } }],
    ['AGNO_SERVICE_HOST', 'localhost', { http: { host: 'localhost' } }],
    ['AGNO_SERVICE_HOST', '0.0.0.0', { http: { host: '0.0.0.0' } }],
    ['OS_SECURITY_KEY', 'key', { http: { isOpen: false } }],
    ['AGNO_ALLOWED_HOSTS', 'Chat.example, ::2', { http: { allowedHosts: ['chat.example', '::2'] } }],
    ['AGNO_DB_SCHEMA', 'Chat_2', { database: { tables: { schema: 'Chat_2' } } }],
    ['AGNO_SESSION_TABLE', 'sessions', { database: { tables: { sessionTable: 'sessions' } } }],
    ['AGNO_RUN_TABLE', 'runs', { database: { tables: { runTable: 'runs' } } }],
    ['AGNO_REQUEST_TIMEOUT_MS', '1500', { http: { requestTimeoutMs: 1500 } }],
    ['AGNO_BODY_LIMIT_BYTES', '1048576', { http: { bodyLimitBytes: 1_048_576 } }],
    ['AGNO_MEMORY_BUDGET_BYTES', '33554432', { http: { memoryBudgetBytes: 33_554_432 } }],
    ['AGNO_MAX_CONNECTIONS', '500', { http: { maxConnections: 500 } }],
    [
      'AGNO_TRUSTED_PROXIES',
      'loopback, 10.0.0.0/8 ,::1',
      { http: { trustedProxies: ['loopback', '10.0.0.0/8', '::1'] } },
    ],
    [
      'AGNO_CORS_ORIGINS',
      'https://a.example,http://localhost:5173',
      { http: { corsOrigins: ['https://a.example', 'http://localhost:5173'] } },
    ],
    ['LOG_LEVEL', 'DEBUG', { telemetry: { logLevel: 'debug' } }],
    ['LOG_LEVEL', 'WARNING', { telemetry: { logLevel: 'warn' } }],
    ['LOG_LEVEL', 'critical', { telemetry: { logLevel: 'fatal' } }],
  ])('reads %s=%s', (variable, value, expected) => {
    expect(validateEnvironment({ AGNO_PG_DSN: DSN, [variable]: value })).toMatchObject(expected);
  });

  it('starts one worker per processor with AGNO_SERVICE_WORKERS=auto, but no more than AGNO_POOL_SIZE', () => {
    const workers = (size: string) =>
      validateEnvironment({ AGNO_PG_DSN: DSN, AGNO_SERVICE_WORKERS: 'auto', AGNO_POOL_SIZE: size }).http.workers;
    expect([workers('1'), workers('1000')]).toEqual([1, Math.min(availableParallelism(), 64)]);
  });

  it('reads each limit of the connection pool from its own variable', () => {
    const env = {
      AGNO_POOL_SIZE: '3',
      AGNO_CONNECT_TIMEOUT_MS: '1',
      AGNO_QUEUE_TIMEOUT_MS: '2',
      AGNO_STATEMENT_TIMEOUT_MS: '0',
      AGNO_POOL_IDLE_TIMEOUT_MS: '7',
    };
    const expected = { size: 3, connectTimeoutMs: 1, queueTimeoutMs: 2, statementTimeoutMs: 0, idleTimeoutMs: 7 };
    expect(validateEnvironment({ AGNO_PG_DSN: DSN, ...env }).database.pool).toEqual(expected);
  });
});

describe('an unusable environment', () => {
  const port = 'AGNO_SERVICE_PORT must be a whole number from 0 to 65535';
  const map =
    'AGNO_SESSION_DSN_MAP must be a JSON object that maps each db_id to a DSN, such as {"eu":"postgresql://…"}';

  it.each([
    [{ AGNO_PG_DSN: undefined }, ['No database is configured: set AGNO_PG_DSN, DATABASE_URL or AGNO_SESSION_DSN_MAP']],
    [
      { AGNO_PG_DSN: 'mysql://ann:SECRET@db' },
      ['AGNO_PG_DSN: a DSN starts with postgresql://, postgres:// or postgresql+psycopg://'],
    ],
    [{ AGNO_SESSION_DSN_MAP: 'SECRET' }, [map]],
    [{ AGNO_SESSION_DSN_MAP: '["SECRET"]' }, [map]],
    [{ AGNO_SESSION_DSN_MAP: '{"eu":"SECRET"' }, [map]],
    [{ AGNO_SESSION_DSN_MAP: '{}' }, ['AGNO_SESSION_DSN_MAP must name at least one database']],
    [{ AGNO_SESSION_DSN_MAP: '{"eu":["SECRET"]}' }, ['AGNO_SESSION_DSN_MAP["eu"] must be a DSN in quotes']],
    [{ AGNO_SESSION_DSN_MAP: `{"":"${DSN}"}` }, ['AGNO_SESSION_DSN_MAP must not have an empty db_id']],
    [
      { AGNO_SESSION_DSN_MAP: `{"eu":"${DSN}","eu":"${OTHER}"}` },
      ['AGNO_SESSION_DSN_MAP names the db_id "eu" more than once'],
    ],
    [
      { AGNO_SESSION_DSN_MAP: `{"eu":{"eu":1},"a":"${DSN}","\\u0061":"SECRET"}` },
      [
        'AGNO_SESSION_DSN_MAP names the db_id "a" more than once',
        'AGNO_SESSION_DSN_MAP["eu"] must be a DSN in quotes',
        'AGNO_SESSION_DSN_MAP["a"]: expected key=value pairs or a URL such as postgresql://user:password@host:5432/database',
      ],
    ],
    [
      { AGNO_SESSION_REPLICA_MAP: '["SECRET"]' },
      [
        'AGNO_SESSION_REPLICA_MAP must be a JSON object that maps each db_id to a list of DSNs, such as {"eu":["postgresql://…"]}',
      ],
    ],
    [
      { AGNO_SESSION_REPLICA_MAP: `{"default":"${DSN}","us":["SECRET","${DSN}",1]}` },
      [
        'AGNO_SESSION_REPLICA_MAP["default"] must be a list of DSNs',
        'AGNO_SESSION_REPLICA_MAP["us"][0]: expected key=value pairs or a URL such as postgresql://user:password@host:5432/database',
        'AGNO_SESSION_REPLICA_MAP["us"][2] must be a DSN in quotes',
        'AGNO_SESSION_REPLICA_MAP names "us", which is not a configured database',
      ],
    ],
    [{ AGNO_DEFAULT_DB_ID: 'us' }, ['AGNO_DEFAULT_DB_ID must be the db_id of a configured database (default)']],
    [{ AGNO_SERVICE_PORT: '8080.5' }, [port]],
    [{ AGNO_SERVICE_PORT: '-1' }, [port]],
    [{ AGNO_SERVICE_PORT: '0x50' }, [port]],
    [{ AGNO_SERVICE_PORT: DSN }, [port]],
    [{ AGNO_POOL_SIZE: '0' }, ['AGNO_POOL_SIZE must be a whole number from 1 to 1000']],
    [
      { AGNO_REQUEST_TIMEOUT_MS: '2147483648' },
      ['AGNO_REQUEST_TIMEOUT_MS must be a whole number from 1 to 2147483647 (milliseconds)'],
    ],
    [{ AGNO_REQUIRE_DB_ID: 'maybe' }, ['AGNO_REQUIRE_DB_ID must be true or false']],
    [
      { AGNO_DB_SCHEMA: 'ai"; DROP' },
      [
        `AGNO_DB_SCHEMA must be a plain SQL name: letters, digits and _, not starting with a digit, at most 63 characters`,
      ],
    ],
    [{ AGNO_RUN_TABLE: 'agno_sessions' }, ['AGNO_RUN_TABLE must differ from AGNO_SESSION_TABLE']],
    [
      { AGNO_TRUSTED_PROXIES: '10.0.0.0/33,0.0.0.0/0' },
      [
        'AGNO_TRUSTED_PROXIES must be IP addresses, CIDR ranges or the names loopback, linklocal, uniquelocal, separated by commas',
      ],
    ],
    ...['https://a.example/path', '*', 'https://*.example.com', 'https://a.example:*'].map(
      (origins): [Record<string, string>, string[]] => [
        { AGNO_CORS_ORIGINS: origins },
        ['AGNO_CORS_ORIGINS must be origins such as https://chat.example.com, separated by commas, without *'],
      ],
    ),
    [
      { AGNO_ALLOWED_HOSTS: 'chat.example:8080' },
      ['AGNO_ALLOWED_HOSTS must be IP addresses or host names without a port, separated by commas'],
    ],
    [{ AGNO_MANAGEMENT_PORT: '0' }, ['AGNO_MANAGEMENT_PORT must be a whole number from 1 to 65535']],
    [{ AGNO_MANAGEMENT_PORT: '8080' }, ['AGNO_MANAGEMENT_PORT must differ from AGNO_SERVICE_PORT']],
    [{ LOG_LEVEL: 'loud' }, ['LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent']],
    [{ AGNO_SERVICE_HOST: 'not a host' }, ['AGNO_SERVICE_HOST must be an IP address or host name to listen on']],
    [
      { AGNO_SERVICE_PORT: 'x', LOG_LEVEL: 'x', AGNO_PG_DSN: 'SECRET' },
      [
        'AGNO_PG_DSN: expected key=value pairs or a URL such as postgresql://user:password@host:5432/database',
        port,
        'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent',
      ],
    ],
    [
      { AGNO_SESSION_DSN_MAP: '{"$value":"SECRET"}' },
      [
        'AGNO_SESSION_DSN_MAP["\\u0024value"]: expected key=value pairs or a URL such as postgresql://user:password@host:5432/database',
      ],
    ],
  ])('is rejected with every error and without secrets: %j', (env, errors) => {
    const error = configErrorOf({ AGNO_PG_DSN: DSN, ...env });
    expect(error.errors).toEqual(errors);
    expect(error.message).toBe(errors.join('\n'));
    expect(error.message).not.toContain('SECRET');
  });
});

function configErrorOf(env: Record<string, string | undefined>): ConfigError {
  try {
    validateEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted');
}
