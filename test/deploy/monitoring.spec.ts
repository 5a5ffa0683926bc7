import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';
import { findManifest, renderChart, VALUE_SETS } from './helm.js';

const MONITORED = renderChart('--values', VALUE_SETS['autoscaled-and-monitored'] ?? '');
const DEPLOY = resolve(CHECKOUT, 'deploy');

describe('chart with monitoring enabled', () => {
  it('scrapes the metrics of the Service', () => {
    const { selector, endpoints } = findManifest(MONITORED, 'ServiceMonitor')?.['spec'] ?? {};
    expect(findManifest(MONITORED, 'Service')?.['metadata'].labels).toMatchObject(selector.matchLabels);
    expect(endpoints).toEqual([
      {
        port: 'http',
        path: '/metrics',
        interval: '30s',
        scrapeTimeout: '10s',
        authorization: { credentials: { name: 'agno-session', key: 'OS_SECURITY_KEY' } },
      },
    ]);
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
