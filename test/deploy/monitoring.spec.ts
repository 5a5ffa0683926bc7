import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';
import { findManifest, renderChart, VALUE_SETS, WITH_DSN } from './helm.js';

const MONITORED = renderChart('--values', VALUE_SETS['autoscaled-and-monitored'] ?? '');
const DEPLOY = resolve(CHECKOUT, 'deploy');

describe('chart with monitoring enabled', () => {
  it('scrapes the metrics of the management port, which the Service for clients does not expose', () => {
    const { selector, endpoints } = findManifest(MONITORED, 'ServiceMonitor')?.['spec'] ?? {};
    const [main, management] = MONITORED.filter(({ kind }) => kind === 'Service');
    expect(main?.['metadata'].labels).not.toMatchObject(selector.matchLabels);
    expect(main?.['spec'].ports.map(({ name }: { name: string }) => name)).toEqual(['http']);
    expect(management?.['metadata'].labels).toMatchObject(selector.matchLabels);
    expect(management?.['spec']).toMatchObject({ clusterIP: 'None', selector: main?.['spec'].selector });
    expect(management?.['spec'].ports).toEqual([
      { name: 'management', port: 8081, targetPort: 'management', protocol: 'TCP' },
    ]);
    expect(endpoints).toEqual([{ port: 'management', path: '/metrics', interval: '30s', scrapeTimeout: '10s' }]);
  });

  it('scrapes the metrics through the Service for clients when there is no management port', () => {
    const credentials = 'serviceMonitor.authorization.credentials';
    const options = [
      'managementPort=null',
      'serviceMonitor.enabled=true',
      `${credentials}.name=s,${credentials}.key=k`,
    ];
    const manifests = renderChart(...WITH_DSN, '--set', options.join(','));
    const { selector, endpoints } = findManifest(manifests, 'ServiceMonitor')?.['spec'] ?? {};
    const services = manifests.filter(({ kind }) => kind === 'Service');
    expect(services.map(({ metadata }) => metadata.labels)).toEqual([expect.objectContaining(selector.matchLabels)]);
    expect(endpoints).toMatchObject([{ port: 'http', authorization: { credentials: { name: 's', key: 'k' } } }]);
  });

  it('installs the alert rules of deploy/prometheus', () => {
    const rule = findManifest(MONITORED, 'PrometheusRule');
    expect(rule?.['spec']).toEqual(parse(readFileSync(resolve(DEPLOY, 'prometheus/alerts.yml'), 'utf8')));
    expect(rule?.['metadata'].labels.release).toBe('prometheus');
  });

  it('installs the dashboard of deploy/grafana', () => {
    const dashboard = findManifest(MONITORED, 'ConfigMap', '-dashboard');
    const original = JSON.parse(readFileSync(resolve(DEPLOY, 'grafana/agno-session.json'), 'utf8'));
    expect(JSON.parse(dashboard?.['data']['agno-session.json'])).toEqual(original);
    expect(dashboard?.['metadata'].labels.grafana_dashboard).toBe('1');
  });
});
