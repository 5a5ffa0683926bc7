import { describe, expect, it } from 'vitest';
import { find, type Manifest, render, VALUE_SETS, WITH_DSN } from './helm.js';

const PUBLIC = ['--values', VALUE_SETS['public'] ?? ''] as const;

describe('without further values', () => {
  it('nothing is public or monitored', () => {
    const kinds = render(...WITH_DSN).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual([
      'ConfigMap',
      'Deployment',
      'Pod',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'ServiceAccount',
    ]);
  });
});

describe('the Service', () => {
  it('finds the pods of the service and not that of `helm test`', () => {
    const manifests = render(...WITH_DSN);
    const selector = find(manifests, 'Service')?.['spec'].selector;
    expect(find(manifests, 'Deployment')?.['spec'].template.metadata.labels).toMatchObject(selector);
    expect(labelsOf(find(manifests, 'Pod'))).not.toMatchObject(selector);
  });
});

describe('the Ingress', () => {
  it('takes only the sessions of its hosts: Python keeps the rest', () => {
    const { rules } = find(render(...PUBLIC), 'Ingress')?.['spec'] ?? {};
    expect(rules.map(({ host }: { host: string }) => host)).toEqual(['os.example.com', 'chat.example.com']);
    for (const rule of rules) {
      expect(rule.http.paths).toEqual([
        {
          path: '/sessions',
          pathType: 'Prefix',
          backend: { service: { name: 'agno-session', port: { name: 'http' } } },
        },
      ]);
    }
  });

  it('serves every host when none is named', () => {
    const { rules } = find(render(...WITH_DSN, '--set', 'ingress.enabled=true'), 'Ingress')?.['spec'] ?? {};
    expect(rules).toHaveLength(1);
    expect(rules[0]).not.toHaveProperty('host');
  });
});

describe('the HTTPRoute', () => {
  it('hands the sessions of a gateway to the Service', () => {
    const manifests = render('--values', VALUE_SETS['placed'] ?? '');
    const service = find(manifests, 'Service');
    expect(find(manifests, 'HTTPRoute')?.['spec']).toEqual({
      parentRefs: [{ name: 'public', namespace: 'gateways' }],
      hostnames: ['os.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/sessions' } }],
          backendRefs: [{ name: service?.['metadata'].name, port: service?.['spec'].ports[0].port }],
        },
      ],
    });
  });
});

describe('the NetworkPolicy', () => {
  it('lets in whom the values name, and `helm test`', () => {
    const manifests = render(...PUBLIC);
    const { podSelector, ingress } = find(manifests, 'NetworkPolicy')?.['spec'] ?? {};
    expect(podSelector).toEqual(find(manifests, 'Deployment')?.['spec'].selector);
    const [rule] = ingress;
    expect(rule.ports).toEqual([{ port: 'http', protocol: 'TCP' }]);
    const [named, tester] = rule.from;
    expect(named).toEqual({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } });
    expect(labelsOf(find(manifests, 'Pod'))).toMatchObject(tester.podSelector.matchLabels);
  });

  it('lets out to names, databases and what the values add', () => {
    const { egress } = find(render(...PUBLIC), 'NetworkPolicy')?.['spec'] ?? {};
    expect(egress.flatMap(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port))).toEqual([
      53, 53, 5432, 443,
    ]);
  });
});

function labelsOf(manifest: Manifest | undefined): Record<string, string> {
  return manifest?.['metadata'].labels;
}
