import { describe, expect, it } from 'vitest';
import { validateEnvironment } from '../config/validate-environment.js';
import { localUrl, welcome } from './welcome.js';

describe('the welcome text', () => {
  it('names a configured database without its password', () => {
    const text = welcome(validateEnvironment({ AGNO_PG_DSN: 'postgresql://ai:hush@db.example:5433/ai' }), undefined);
    expect(text).toContain('  Data           db.example:5433/ai (db_id default)\n');
    expect(text).not.toContain('hush');
  });
});

describe('the welcome text of a service with a management port', () => {
  it('names the management port for docs and health', () => {
    const env = { AGNO_PG_DSN: 'postgresql://ai:hush@db.example/ai', AGNO_MANAGEMENT_PORT: '9090' };
    const text = welcome(validateEnvironment(env), undefined);
    expect(text).toMatch(/:8080\/sessions\n.*:9090\/docs\n.*:9090\/readyz\n/);
  });
});

describe('the welcome text of a service with the explorer', () => {
  it('names the explorer first', () => {
    const text = welcome(validateEnvironment({ AGNO_PG_DSN: 'postgresql://db/ai', AGNO_EXPLORER: 'true' }), undefined);
    expect(text).toMatch(/^\n {2}Explorer {7}http:\/\/127\.0\.0\.1:8080\/explorer\n {2}Sessions /);
  });
});

describe('localUrl', () => {
  it.each([
    ['0.0.0.0', 'http://localhost:8080'],
    ['::', 'http://localhost:8080'],
    ['::1', 'http://[::1]:8080'],
    ['127.0.0.1', 'http://127.0.0.1:8080'],
  ])('of a service that listens on %s is %s', (host, url) => {
    expect(localUrl({ host, port: 8080 })).toBe(url);
  });
});
