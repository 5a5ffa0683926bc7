import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { DsnError } from './dsn-parameters.js';
import { describeDsn, parseDsn } from './parse-dsn.js';

const SPECIAL = 'p@:/%# ?&+ü';
const SPECIAL_ESCAPED = encodeURIComponent(SPECIAL);

describe('parseDsn, address and credentials', () => {
  it.each([
    ['postgres://ann:pw@db.example.com:6432/shop', 'ann', 'pw', 'db.example.com', 6432, 'shop'],
    ['postgresql://ann:pw@db.example.com/shop', 'ann', 'pw', 'db.example.com', 5432, 'shop'],
    ['postgresql+psycopg://ann:pw@db/shop', 'ann', 'pw', 'db', 5432, 'shop'],
    ['postgresql+psycopg2://ann:pw@db/shop', 'ann', 'pw', 'db', 5432, 'shop'],
    ['postgresql+asyncpg://ann:pw@db/shop', 'ann', 'pw', 'db', 5432, 'shop'],
    ['postgresql+psycopg_async://ann@db/shop', 'ann', undefined, 'db', 5432, 'shop'],
    ['POSTGRESQL://ann:pw@db/shop', 'ann', 'pw', 'db', 5432, 'shop'],
    [`postgresql://a%40b:${SPECIAL_ESCAPED}@db/my%2Fdb%20%C3%BC`, 'a@b', SPECIAL, 'db', 5432, 'my/db ü'],
    ['postgresql+psycopg://ann:p/w?x#y:z%zz@db:1/shop', 'ann', 'p/w?x#y:z%zz', 'db', 1, 'shop'],
    ['postgresql://ann:1+1@db/shop', 'ann', '1+1', 'db', 5432, 'shop'],
    ['postgresql://ann:a b%2Fc@db/shop', 'ann', 'a b/c', 'db', 5432, 'shop'],
    ['postgresql://ann:@db/shop', 'ann', undefined, 'db', 5432, 'shop'],
    ['postgresql://db:6432/shop?application_name=a@b', userInfo().username, undefined, 'db', 6432, 'shop'],
    ['postgresql://[2001:db8::1]:6432/shop', userInfo().username, undefined, '2001:db8::1', 6432, 'shop'],
    ['postgresql://ann@[::1]/shop', 'ann', undefined, '::1', 5432, 'shop'],
    ['postgresql://ann@db', 'ann', undefined, 'db', 5432, 'ann'],
    ['postgresql://', userInfo().username, undefined, 'localhost', 5432, userInfo().username],
    ['postgresql:///shop', userInfo().username, undefined, 'localhost', 5432, 'shop'],
    [
      'postgresql:///shop?host=/run/postgresql&port=6432&user=ann&password=p%40',
      'ann',
      'p@',
      '/run/postgresql',
      6432,
      'shop',
    ],
    ['postgresql://ann:pw@/shop?host=/tmp/my%20dir', 'ann', 'pw', '/tmp/my dir', 5432, 'shop'],
    ['postgresql://ann@%2Frun%2Fpostgresql:6432/shop', 'ann', undefined, '/run/postgresql', 6432, 'shop'],
    ['postgresql://ann@db/shop?dbname=other&host=', 'ann', undefined, 'db', 5432, 'other'],
    ['host=db port=6432 user=ann password=pw dbname=shop', 'ann', 'pw', 'db', 6432, 'shop'],
    ["host = db user=ann password='it\\'s \\\\ \"p w\"' dbname=shop", 'ann', 'it\'s \\ "p w"', 'db', 5432, 'shop'],
    ['  postgresql://ann@db/shop\n', 'ann', undefined, 'db', 5432, 'shop'],
  ])('reads user, password, host, port and database from %s', (dsn, user, password, host, port, database) => {
    const target = parseDsn(dsn);
    expect({ ...target, password: target.password }).toMatchObject({ user, password, host, port, database });
  });
});

describe('parseDsn, session settings', () => {
  it.each([
    ['', { namedStatements: true, ssl: false }],
    ['application_name=chat', { application_name: 'chat' }],
    ['fallback_application_name=chat', { application_name: 'chat' }],
    ['connect_timeout=3', { connectionTimeoutMillis: 3000 }],
    ['connect_timeout=0', { connectionTimeoutMillis: 0 }],
    ['connect_timeout=-1', { connectionTimeoutMillis: 0 }],
    ['options=-csearch_path%3Da,b', { options: '-csearch_path=a,b' }],
    ['options=-c%20lock_timeout%3D5s', { options: '-c lock_timeout=5s' }],
    ['options=-c+lock_timeout=5s', { options: '-c lock_timeout=5s' }],
    ['search_path=a,b', { options: '-c search_path=a,b' }],
    ['search_path=a,%20%22B%20c%22', { options: '-c search_path=a,\\ "B\\ c"' }],
    ['options=-cwork_mem%3D8MB&search_path=a', { options: '-cwork_mem=8MB -c search_path=a' }],
    ['statement_timeout=2500', { statement_timeout: 2500 }],
    ['options=-c%20statement_timeout=5s', { options: '-c statement_timeout=5s', statement_timeout: 0 }],
    ['pgbouncer=true', { namedStatements: false, statement_timeout: 0 }],
    ['prepared_statement_cache_size=0', { namedStatements: false }],
    ['gssencmode=prefer&keepalives_idle=30', { namedStatements: true }],
  ])('maps the parameters "%s" to pool options', (query, expected) => {
    expect(parseDsn(`postgresql://ann@db/shop?${query}`)).toMatchObject(expected);
  });

  it('returns no keys for settings that the DSN does not contain, so that defaults apply', () => {
    const keys = Object.keys(parseDsn('postgresql://ann@db/shop')).sort();
    expect(keys).toEqual(['database', 'host', 'namedStatements', 'port', 'ssl', 'tlsIfOffered', 'user']);
  });

  it.each([
    ['read-write', true],
    ['primary', true],
    ['any', false],
    ['prefer-standby', false],
  ])('adds a check of the server role for target_session_attrs=%s: %s', (role, isChecked) => {
    expect('onConnect' in parseDsn(`postgresql://db/shop?target_session_attrs=${role}`)).toBe(isChecked);
  });
});

describe('parseDsn, errors', () => {
  it.each([
    ['mysql://ann:SECRET@db/shop', 'a DSN starts with postgresql://, postgres:// or postgresql+psycopg://'],
    ['SECRET', 'or a URL such as'],
    ["host=db password='SECRET", 'or a URL such as'],
    ['postgresql://ann:SECRET@a:1,b:2/shop', 'several hosts in one DSN'],
    ['postgresql://ann:SECRET@/shop?host=a:1&host=b:2', 'several hosts in one DSN'],
    ['host=a,b password=SECRET', 'several hosts in one DSN'],
    ['postgresql://ann:SECRET@::1/shop', 'an IPv6 address must be in brackets'],
    ['postgresql://ann:SECRET@db:65536/shop', 'the port must be a number from 1 to 65535'],
    ['postgresql://ann:SECRET@db:0/shop', 'the port must be a number from 1 to 65535'],
    ['postgresql://ann:SECRET@db:SECRET/shop', 'the port must be a number from 1 to 65535'],
    ['postgresql://ann:1@SECRET@db/shop', 'the host is invalid; write @ as %40'],
    ['postgresql://ann:1/SECRET@db/shop', 'the host is invalid; write @ as %40'],
    ['postgresql://ann:SECRET@db/shop?sslmode=SECRET', 'sslmode must be one of disable, allow, prefer, require'],
    ['postgresql://ann:SECRET@db/shop?connect_timeout=SECRET', 'connect_timeout must be a whole number'],
    ['postgresql://ann:SECRET@db/shop?target_session_attrs=SECRET', 'target_session_attrs must be one of any'],
    ['postgresql://ann:SECRET@db/shop?sslcrl=SECRET', 'sslcrl is not supported'],
    ['postgresql://ann:SECRET@db/shop?service=SECRET', 'service is not supported'],
    ['postgresql://ann:SECRET@db/shop?sslmod=verify-full', 'an unknown parameter; did you mean sslmode?'],
    ['postgresql://ann:SECRET@db/shop?SSLMODE=verify-full', 'an unknown parameter; did you mean'],
    ['postgresql://ann:SECRET@db/shop?SECRET=1', 'an unknown parameter; did you mean'],
    ['host=db aplication_name=SECRET', 'an unknown parameter; did you mean application_name?'],
    ['postgresql://ann:SECRET@db/shop?gssencmode=require', 'gssencmode=require is not supported'],
  ])('rejects the DSN %s without revealing a secret', (dsn, message) => {
    expect(() => parseDsn(dsn)).toThrow(DsnError);
    expect(() => parseDsn(dsn)).toThrow(message);
    expect(() => parseDsn(dsn)).not.toThrow('SECRET');
  });
});

describe('describeDsn', () => {
  it.each([
    ['postgresql+psycopg://ann:pw@db.example.com/shop?sslmode=require', 'db.example.com:5432/shop'],
    ['postgresql://ann:pw@[::1]:6432/shop', '[::1]:6432/shop'],
    ['postgresql://ann:pw@/shop?host=/run/postgresql', '/run/postgresql:5432/shop'],
  ])('describes the DSN %s as %s', (dsn, description) => expect(describeDsn(dsn)).toBe(description));
});
