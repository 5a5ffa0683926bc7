import { describe, expect, it } from 'vitest';
import { findManifest, helmTemplate, type Manifest, renderChart, VALUE_SETS, WITH_DSN } from './helm.js';

const WITH_KEY = ['--set', 'config.secretEnv.OS_SECURITY_KEY=planted-secret'] as const;
const PUBLIC = ['--values', VALUE_SETS['public'] ?? ''] as const;

describe('chart with default values', () => {
  it('renders no public route and no monitoring resources', () => {
    const kinds = renderChart(...WITH_DSN).map(({ kind }) => kind);
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

describe('the Service of the chart', () => {
  it('selects the pods of the service but not the pod of `helm test`', () => {
    const manifests = renderChart(...WITH_DSN);
    const selector = findManifest(manifests, 'Service')?.['spec'].selector;
    expect(findManifest(manifests, 'Deployment')?.['spec'].template.metadata.labels).toMatchObject(selector);
    expect(labelsOf(findManifest(manifests, 'Pod'))).not.toMatchObject(selector);
  });
});

describe('the Ingress of the chart', () => {
  it('routes only /sessions, /usage and the explorer of its hosts, so that Python serves all other paths', () => {
    const { rules } = findManifest(renderChart(...PUBLIC), 'Ingress')?.['spec'] ?? {};
    expect(rules.map(({ host }: { host: string }) => host)).toEqual(['os.example.com', 'chat.example.com']);
    for (const rule of rules) {
      const backend = { service: { name: 'agno-session', port: { name: 'http' } } };
      expect(rule.http.paths).toEqual(
        ['/sessions', '/usage', '/explorer'].map((path) => ({ path, pathType: 'Prefix', backend })),
      );
    }
  });

  it('serves every host when no host is set', () => {
    const { rules } =
      findManifest(renderChart(...WITH_DSN, ...WITH_KEY, '--set', 'ingress.enabled=true'), 'Ingress')?.['spec'] ?? {};
    expect(rules).toHaveLength(1);
    expect(rules[0]).not.toHaveProperty('host');
  });
});

describe('a public route', () => {
  const GATEWAY = 'httpRoute.enabled=true,httpRoute.parentRefs[0].name=public';

  it.each(['ingress.enabled=true', GATEWAY, 'service.type=LoadBalancer', 'service.type=NodePort'])(
    'is rejected by the chart when authentication is not configured, unless a value allows it: %s',
    (values) => {
      const refused = helmTemplate(...WITH_DSN, '--set', values);
      expect(refused.succeeded).toBe(false);
      expect(refused.stderr).toContain('every client could read and delete every session');
      expect(refused.stderr).toContain('OS_SECURITY_KEY');
      const blank = ['--set', 'config.secretEnv.OS_SECURITY_KEY='];
      expect(helmTemplate(...WITH_DSN, ...blank, '--set', values).succeeded).toBe(false);
      for (const option of [
        'config.secretEnv.OS_SECURITY_KEY=planted-secret',
        'config.env.JWT_JWKS_URL=https://idp.example/keys',
        'extraEnv[0].name=JWT_JWKS_FILE,extraEnv[0].value=/keys/jwks.json',
        'config.allowUnauthenticated=true',
      ]) {
        expect(helmTemplate(...WITH_DSN, '--set', values, '--set', option)).toMatchObject({ succeeded: true });
      }
      // The chart cannot check the variables of an existing Secret.
      expect(helmTemplate('--set', values, '--set', 'config.existingSecret=agentos').succeeded).toBe(true);
    },
  );
});

describe('the HTTPRoute of the chart', () => {
  it('routes /sessions and /usage of a gateway to the Service', () => {
    const manifests = renderChart('--values', VALUE_SETS['placed'] ?? '');
    const service = findManifest(manifests, 'Service');
    expect(findManifest(manifests, 'HTTPRoute')?.['spec']).toEqual({
      parentRefs: [{ name: 'public', namespace: 'gateways' }],
      hostnames: ['os.example.com'],
      rules: [
        {
          matches: ['/sessions', '/usage'].map((value) => ({ path: { type: 'PathPrefix', value } })),
          backendRefs: [{ name: service?.['metadata'].name, port: service?.['spec'].ports[0].port }],
        },
      ],
    });
  });
});

describe('explorer.enabled of the chart', () => {
  const ROUTES = ['--set', 'ingress.enabled=true,httpRoute.enabled=true,httpRoute.parentRefs[0].name=public'];
  const pathsOf = (...options: readonly string[]) => {
    const manifests = renderChart(...WITH_DSN, ...WITH_KEY, ...ROUTES, ...options);
    const [rule] = findManifest(manifests, 'Ingress')?.['spec'].rules ?? [];
    const [route] = findManifest(manifests, 'HTTPRoute')?.['spec'].rules ?? [];
    return [
      rule.http.paths.map(({ path }: { path: string }) => path),
      route.matches.map(({ path }: { path: { value: string } }) => path.value),
    ];
  };
  const ENABLED = ['--set', 'explorer.enabled=true'];

  it('sets AGNO_EXPLORER, which config.env must not contain', () => {
    const settings = (...options: readonly string[]) =>
      findManifest(renderChart(...WITH_DSN, ...options), 'ConfigMap')?.['data'];
    expect(settings()).not.toHaveProperty('AGNO_EXPLORER');
    expect(settings(...ENABLED)).toMatchObject({ AGNO_EXPLORER: 'true' });
    expect(helmTemplate(...WITH_DSN, '--set', 'config.env.AGNO_EXPLORER=true').succeeded).toBe(false);
  });

  it('adds /explorer to the paths of an Ingress and of an HTTPRoute, unless these lead to the gateway', () => {
    expect(pathsOf()).toEqual(Array(2).fill(['/sessions', '/usage']));
    expect(pathsOf(...ENABLED)).toEqual(Array(2).fill(['/sessions', '/usage', '/explorer']));
    const gateway = ['--set', 'gateway.enabled=true,gateway.agentos=agentos:7777'];
    expect(pathsOf(...ENABLED, ...gateway)).toEqual([['/'], ['/']]);
  });
});

describe('the NetworkPolicy of the chart', () => {
  it('allows ingress from the configured sources and from `helm test`', () => {
    const manifests = renderChart(...PUBLIC);
    const { podSelector, ingress } = findManifest(manifests, 'NetworkPolicy')?.['spec'] ?? {};
    expect(podSelector).toEqual(findManifest(manifests, 'Deployment')?.['spec'].selector);
    const [rule] = ingress;
    expect(rule.ports).toEqual([{ port: 'http', protocol: 'TCP' }]);
    const [named, tester] = rule.from;
    expect(named).toEqual({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } });
    expect(labelsOf(findManifest(manifests, 'Pod'))).toMatchObject(tester.podSelector.matchLabels);
  });

  it('allows only the configured sources to connect to the management port', () => {
    const management = { port: 'management', protocol: 'TCP' };
    const rules = (name: string) =>
      findManifest(renderChart('--values', VALUE_SETS[name] ?? ''), 'NetworkPolicy')?.['spec'].ingress;
    expect(rules('public')).toHaveLength(1);
    expect(rules('autoscaled-and-monitored').at(-1)).toEqual({
      ports: [management],
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    });
  });

  it('allows egress to DNS, databases and the configured targets', () => {
    const { egress } = findManifest(renderChart(...PUBLIC), 'NetworkPolicy')?.['spec'] ?? {};
    expect(egress.flatMap(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port))).toEqual([
      53, 53, 5432, 443,
    ]);
  });
});

function labelsOf(manifest: Manifest | undefined): Record<string, string> {
  return manifest?.['metadata'].labels;
}
