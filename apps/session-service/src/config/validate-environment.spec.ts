import { describe, expect, it } from 'vitest';
import { ConfigError } from './environment.js';
import { loadConfig } from './load-config.js';

const DSN = 'postgresql://ann:SECRET@db/shop';
const OTHER = 'postgres://ann:SECRET@other/shop';

describe('without further settings', () => {
  it('has the documented defaults', () => {
    expect(loadConfig({ AGNO_PG_DSN: DSN })).toEqual({
      databases: [{ id: 'default', dsn: DSN, replicas: [] }],
      defaultDatabaseId: 'default',
      requireDatabaseId: false,
      port: 8080,
      host: '0.0.0.0',
      schema: 'ai',
      sessionTable: 'agno_sessions',
      runTable: 'agno_runs',
      workers: 1,
      requestTimeoutMs: 60_000,
      drainDelayMs: 0,
      pool: {
        size: 10,
        connectTimeoutMs: 5_000,
        queueTimeoutMs: 2_000,
        statementTimeoutMs: 60_000,
        idleTimeoutMs: 30_000,
      },
      auth: {
        securityKey: undefined,
        jwt: undefined,
        checksScopes: false,
        isolatesUsers: false,
        adminScope: 'agent_os:admin',
        databaseAccess: undefined,
        accountCacheMs: 30_000,
        openRoutes: ['docs', 'metrics'],
      },
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
      logLevel: 'info',
    });
  });

  it('counts blank variables as absent', () => {
    const blank = { AGNO_SESSION_DSN_MAP: '', AGNO_SERVICE_PORT: ' ', LOG_LEVEL: '', AGNO_CORS_ORIGINS: '' };
    expect(loadConfig({ ...blank, AGNO_PG_DSN: DSN })).toEqual(loadConfig({ AGNO_PG_DSN: DSN }));
  });
});

describe('databases', () => {
  it.each([
    ['DATABASE_URL alone', { DATABASE_URL: DSN }, [['default', DSN]], 'default'],
    ['AGNO_PG_DSN over DATABASE_URL', { AGNO_PG_DSN: DSN, DATABASE_URL: OTHER }, [['default', DSN]], 'default'],
    [
      'the map over both',
      { AGNO_SESSION_DSN_MAP: `{"eu":"${OTHER}"}`, AGNO_PG_DSN: DSN, DATABASE_URL: DSN },
      [['eu', OTHER]],
      'eu',
    ],
    ['an unused DSN may be faulty', { AGNO_PG_DSN: DSN, DATABASE_URL: 'mysql://db' }, [['default', DSN]], 'default'],
    [
      'the written order, numbers included',
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
      'a named default',
      { AGNO_SESSION_DSN_MAP: `{"b":"${DSN}","a":"${OTHER}"}`, AGNO_DEFAULT_DB_ID: 'a' },
      [
        ['b', DSN],
        ['a', OTHER],
      ],
      'a',
    ],
  ])('%s', (_, env, expected, defaultId) => {
    const { databases, defaultDatabaseId } = loadConfig(env);
    expect(databases.map(({ id, dsn }) => [id, dsn])).toEqual(expected);
    expect(defaultDatabaseId).toBe(defaultId);
  });

  it('reads replicas by db_id', () => {
    const map = { AGNO_SESSION_DSN_MAP: `{"b":"${DSN}","a":"${DSN}"}` };
    const { databases } = loadConfig({ ...map, AGNO_SESSION_REPLICA_MAP: `{"a":["${OTHER}","${DSN}"]}` });
    expect(databases.map(({ id, replicas }) => [id, replicas])).toEqual([
      ['b', []],
      ['a', [OTHER, DSN]],
    ]);
    const [alone] = loadConfig({ AGNO_PG_DSN: DSN, AGNO_SESSION_REPLICA_MAP: `{"default":["${OTHER}"]}` }).databases;
    expect(alone?.replicas).toEqual([OTHER]);
  });
});

describe('settings', () => {
  it.each([
    ['AGNO_REQUIRE_DB_ID', 'true', { requireDatabaseId: true }],
    ['AGNO_REQUIRE_DB_ID', '1', { requireDatabaseId: true }],
    ['AGNO_REQUIRE_DB_ID', 'False', { requireDatabaseId: false }],
    ['AGNO_SERVICE_PORT', '0', { port: 0 }],
    ['AGNO_SERVICE_HOST', '::1', { host: '::1' }],
    ['AGNO_SERVICE_HOST', 'localhost', { host: 'localhost' }],
    ['AGNO_DB_SCHEMA', 'Chat_2', { schema: 'Chat_2' }],
    ['AGNO_SESSION_TABLE', 'sessions', { sessionTable: 'sessions' }],
    ['AGNO_RUN_TABLE', 'runs', { runTable: 'runs' }],
    ['AGNO_REQUEST_TIMEOUT_MS', '1500', { requestTimeoutMs: 1500 }],
    ['AGNO_BODY_LIMIT_BYTES', '1048576', { bodyLimitBytes: 1_048_576 }],
    ['AGNO_MEMORY_BUDGET_BYTES', '33554432', { memoryBudgetBytes: 33_554_432 }],
    ['AGNO_MAX_CONNECTIONS', '500', { maxConnections: 500 }],
    ['AGNO_TRUSTED_PROXIES', 'loopback, 10.0.0.0/8 ,::1', { trustedProxies: ['loopback', '10.0.0.0/8', '::1'] }],
    [
      'AGNO_CORS_ORIGINS',
      'https://a.example,http://localhost:5173',
      { corsOrigins: ['https://a.example', 'http://localhost:5173'] },
    ],
    ['LOG_LEVEL', 'DEBUG', { logLevel: 'debug' }],
    ['LOG_LEVEL', 'WARNING', { logLevel: 'warn' }],
    ['LOG_LEVEL', 'critical', { logLevel: 'fatal' }],
  ])('%s=%s', (variable, text, expected) => {
    expect(loadConfig({ AGNO_PG_DSN: DSN, [variable]: text })).toMatchObject(expected);
  });

  it('reads every limit of the pool', () => {
    const env = {
      AGNO_POOL_SIZE: '3',
      AGNO_CONNECT_TIMEOUT_MS: '1',
      AGNO_QUEUE_TIMEOUT_MS: '2',
      AGNO_STATEMENT_TIMEOUT_MS: '0',
      AGNO_POOL_IDLE_TIMEOUT_MS: '7',
    };
    const expected = { size: 3, connectTimeoutMs: 1, queueTimeoutMs: 2, statementTimeoutMs: 0, idleTimeoutMs: 7 };
    expect(loadConfig({ AGNO_PG_DSN: DSN, ...env }).pool).toEqual(expected);
  });
});

describe('faults', () => {
  const port = 'AGNO_SERVICE_PORT must be a whole number from 0 to 65535';
  const map = 'AGNO_SESSION_DSN_MAP must be a JSON object of db_id and DSN, such as {"eu":"postgresql://…"}';

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
        'AGNO_SESSION_DSN_MAP["a"]: a DSN is a URL such as postgresql://user:password@host:5432/database',
      ],
    ],
    [
      { AGNO_SESSION_REPLICA_MAP: '["SECRET"]' },
      ['AGNO_SESSION_REPLICA_MAP must be a JSON object of db_id and list of DSNs, such as {"eu":["postgresql://…"]}'],
    ],
    [
      { AGNO_SESSION_REPLICA_MAP: `{"default":"${DSN}","us":["SECRET","${DSN}",1]}` },
      [
        'AGNO_SESSION_REPLICA_MAP["default"] must be a list of DSNs',
        'AGNO_SESSION_REPLICA_MAP["us"][0]: a DSN is a URL such as postgresql://user:password@host:5432/database',
        'AGNO_SESSION_REPLICA_MAP["us"][2] must be a DSN in quotes',
        'AGNO_SESSION_REPLICA_MAP names "us", which is no configured database',
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
      { AGNO_TRUSTED_PROXIES: '10.0.0.0/33' },
      [
        'AGNO_TRUSTED_PROXIES must be IP addresses, CIDR ranges or the names loopback, linklocal, uniquelocal, separated by commas',
      ],
    ],
    [
      { AGNO_CORS_ORIGINS: 'https://a.example/path' },
      ['AGNO_CORS_ORIGINS must be origins such as https://chat.example.com, separated by commas'],
    ],
    [{ LOG_LEVEL: 'loud' }, ['LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent']],
    [{ AGNO_SERVICE_HOST: 'not a host' }, ['AGNO_SERVICE_HOST must be an IP address or host name to listen on']],
    [
      { AGNO_SERVICE_PORT: 'x', LOG_LEVEL: 'x', AGNO_PG_DSN: 'SECRET' },
      [
        port,
        'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent',
        'AGNO_PG_DSN: a DSN is a URL such as postgresql://user:password@host:5432/database',
      ],
    ],
  ])('%j', (env, faults) => {
    const error = faultOf({ AGNO_PG_DSN: DSN, ...env });
    expect(error.errors).toEqual(faults);
    expect(error.message).toBe(faults.join('\n'));
    expect(error.message).not.toContain('SECRET');
  });
});

function faultOf(env: Record<string, string | undefined>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted');
}
