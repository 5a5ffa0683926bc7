import { describe, expect, it } from 'vitest';
import { unknownVariables } from './unknown-variables.js';

describe('unknownVariables', () => {
  it.each([
    ['AGNO_POOLSIZE', 'AGNO_POOL_SIZE'],
    ['OS_SECURTY_KEY', 'OS_SECURITY_KEY'],
    ['JWT_VERIFICATON_KEY', 'JWT_VERIFICATION_KEY'],
    ['AGNO_USER_ISOLATIONS', 'AGNO_USER_ISOLATION'],
    ['AGNO_SESSION_DNS_MAP', 'AGNO_SESSION_DSN_MAP'],
  ])('warns that %s is ignored and suggests %s, without printing its value', (name, nearest) => {
    const [warning, ...others] = unknownVariables({ [name]: 'hush' });
    expect(warning).toContain(`${name} is ignored`);
    expect(warning).toContain(`did you mean ${nearest}?`);
    expect(warning).not.toContain('hush');
    expect(others).toEqual([]);
  });

  it.each([
    'AGNO_PG_DSN',
    'AGNO_SERVICE_WORKERS',
    'AGNO_TELEMETRY',
    'AGNO_SESSION_SERVICE_SERVICE_PORT_HTTP',
    'AGNO_SESSION_SERVICE_PORT_8080_TCP_ADDR',
    'PATH',
    'JWT_SECRET',
    'OTEL_SERVICE_NAME',
  ])('does not warn of %s', (name) => expect(unknownVariables({ [name]: '1' })).toEqual([]));
});
