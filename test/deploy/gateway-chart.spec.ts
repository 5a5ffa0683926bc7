import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../support/session-service.js';
import { findManifest, helmTemplate, renderChart, VALUE_SETS, WITH_DSN } from './helm.js';

const manifests = renderChart('--values', VALUE_SETS['gateway'] ?? '');
const service = findManifest(manifests, 'Service', '-gateway');
const pods = findManifest(manifests, 'Deployment', '-gateway')?.['spec'].template;

describe('gateway of the chart', () => {
  it('runs the tested nginx.conf with the addresses of the release and of AgentOS', () => {
    const tested = readFileSync(join(CHECKOUT, 'deploy/gateway/nginx.conf'), 'utf8');
    expect(tested.match(/127\.0\.0\.1:8080/g)).toHaveLength(3);
    const expected = tested
      .replaceAll('127.0.0.1:8080', 'agno-session:8080')
      .replaceAll('127.0.0.1:7777', 'agentos.agents.svc:7777');
    const config = findManifest(manifests, 'ConfigMap', '-gateway');
    expect(config?.['data']['nginx.conf'].trim()).toBe(expected.trim());
    expect(expected).toContain(`listen ${pods.spec.containers[0].ports[0].containerPort};`);
    expect(pods.spec.volumes).toContainEqual({ name: 'config', configMap: { name: config?.['metadata'].name } });
  });

  it('has two pods, which are distinct from those of the service', () => {
    expect(findManifest(manifests, 'Deployment', '-gateway')?.['spec'].replicas).toBe(2);
    expect(pods.metadata.labels).toMatchObject(service?.['spec'].selector);
    expect(pods.metadata.labels).not.toMatchObject(
      findManifest(manifests, 'Service', 'agno-session')?.['spec'].selector,
    );
  });

  it('receives all paths of an Ingress and of an HTTPRoute, each in one rule', () => {
    const { name } = service?.['metadata'] ?? {};
    const [rule, ...others] = findManifest(manifests, 'Ingress')?.['spec'].rules ?? [];
    expect(others).toEqual([]);
    expect(rule.http.paths).toEqual([
      { path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } },
    ]);
    expect(findManifest(manifests, 'HTTPRoute')?.['spec'].rules).toEqual([
      { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name, port: 8000 }] },
    ]);
  });

  it('is the only client of the service that the NetworkPolicy allows, besides `helm test`', () => {
    const policy = findManifest(manifests, 'NetworkPolicy', 'agno-session');
    const [gateway, tester] = policy?.['spec'].ingress[0].from ?? [];
    expect(pods.metadata.labels).toMatchObject(gateway.podSelector.matchLabels);
    expect(tester.podSelector.matchLabels).toMatchObject({ 'app.kubernetes.io/component': 'test' });
    const own = findManifest(manifests, 'NetworkPolicy', '-gateway')?.['spec'];
    expect(own.ingress[0].from).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } },
    ]);
    expect(own.egress[0].ports).toContainEqual({ port: 7777, protocol: 'TCP' });
  });

  it('lets the service trust the X-Forwarded-For of private addresses, unless a value names the proxies', () => {
    const trusted = (...options: readonly string[]) =>
      findManifest(renderChart(...options), 'ConfigMap', 'agno-session')?.['data'].AGNO_TRUSTED_PROXIES;
    const values = ['--values', VALUE_SETS['gateway'] ?? ''];
    expect(trusted(...WITH_DSN)).toBeUndefined();
    expect(trusted(...values)).toBe('uniquelocal');
    expect(trusted(...values, '--set', 'config.env.AGNO_TRUSTED_PROXIES=10.0.0.0/8')).toBe('10.0.0.0/8');
  });

  it.each(['', 'agentos', 'http://agentos:7777'])('is refused with the address %j of AgentOS', (address) => {
    const options = [...WITH_DSN, '--set', 'gateway.enabled=true', '--set', `gateway.agentos=${address}`];
    expect(helmTemplate(...options).stderr).toContain('gateway.agentos must be the host and port of AgentOS');
  });
});
