import { describe, expect, it } from 'vitest';
import { findManifest, helmTemplate, type Manifest, renderChart, VALUE_SETS, WITH_DSN } from './helm.js';

describe('the Secret of the chart', () => {
  it.each(Object.entries(VALUE_SETS))('is the only manifest with secret values (%s)', (_, file) => {
    const others = renderChart('--values', file).filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify(others)).not.toContain('planted-secret');
  });

  it('is passed to the container only by reference', () => {
    const [container] = findManifest(renderChart(...WITH_DSN), 'Deployment')?.['spec'].template.spec.containers ?? [];
    expect(container.envFrom).toEqual([
      { configMapRef: { name: 'agno-session' } },
      { secretRef: { name: 'agno-session' } },
    ]);
    expect(container.env).toBeUndefined();
  });

  it('contains a single DSN unchanged', () => {
    const dsn = 'postgresql://ai:p%40ss,%3D{}"\\@db:5432/ai?sslmode=require&options=-c%20a%3Db';
    expect(secretOf(renderChart('--set-literal', `config.dsn=${dsn}`))).toEqual({ AGNO_PG_DSN: dsn });
  });

  it('contains maps of DSNs as JSON', () => {
    const secret = secretOf(renderChart('--values', set('several-databases')));
    expect(JSON.parse(secret['AGNO_SESSION_DSN_MAP'] ?? '')).toEqual({
      main: 'postgresql://ai:planted-secret@db1.example/ai',
      archive: "host=db2.example user=ai password='planted-secret <&>' dbname=ai",
    });
    expect(JSON.parse(secret['AGNO_SESSION_REPLICA_MAP'] ?? '')).toEqual({
      main: ['postgresql://ai:planted-secret@replica1.example/ai'],
    });
    expect(Object.keys(secret)).toEqual(['AGNO_SESSION_DSN_MAP', 'AGNO_SESSION_REPLICA_MAP']);
  });

  it('contains PEM keys with their line breaks preserved', () => {
    expect(secretOf(renderChart('--values', set('placed')))['JWT_VERIFICATION_KEY']).toBe(
      '-----BEGIN PUBLIC KEY-----\nplanted-secret\n-----END PUBLIC KEY-----\n',
    );
  });

  it('can be replaced by an existing Secret', () => {
    const manifests = renderChart('--set', 'config.existingSecret=agentos');
    expect(findManifest(manifests, 'Secret')).toBeUndefined();
    const [container] = findManifest(manifests, 'Deployment')?.['spec'].template.spec.containers ?? [];
    expect(container.envFrom).toContainEqual({ secretRef: { name: 'agentos' } });
  });

  it('can be replaced by keys of other Secrets', () => {
    const deployment = findManifest(renderChart('--values', set('existing-secret')), 'Deployment');
    const container = deployment?.['spec'].template.spec.containers[0];
    expect(container.env).toEqual([
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'ai-app', key: 'uri' } } },
    ]);
  });

  it('restarts the pods only when it changes', () => {
    const checksum = (dsn: string) =>
      findManifest(renderChart('--set', `config.dsn=${dsn}`), 'Deployment')?.['spec'].template.metadata.annotations[
        'checksum/secret'
      ];
    expect(checksum('postgresql://a/b')).toBe(checksum('postgresql://a/b'));
    expect(checksum('postgresql://a/b')).not.toBe(checksum('postgresql://a/c'));
  });
});

describe('the chart with invalid values', () => {
  it.each([
    [
      'replicas without a database',
      ['--set', 'config.replicaMap.a[0]=postgresql://a'],
      'no database: set config.dsn, config.dsnMap or config.existingSecret',
    ],
    ['no database', [], 'no database: set config.dsn, config.dsnMap or config.existingSecret'],
    [
      'two sources',
      [...WITH_DSN, '--set', 'config.existingSecret=s'],
      "config.existingSecret replaces the chart's own Secret",
    ],
    [
      'a DSN and a map',
      [...WITH_DSN, '--set', 'config.dsnMap.a=postgresql://a'],
      'config.dsn or config.dsnMap, not both',
    ],
    [
      'several databases without a default',
      ['--set', 'config.dsnMap.a=x,config.dsnMap.b=y'],
      'say with config.defaultDbId',
    ],
    [
      'an unknown default database',
      ['--set', 'config.dsnMap.a=x,config.defaultDbId=z'],
      'must be one of config.dsnMap',
    ],
    [
      'a grace period that is too short',
      [...WITH_DSN, '--set', 'terminationGracePeriodSeconds=65'],
      'must be more than 65',
    ],
    ['one port twice', [...WITH_DSN, '--set', 'managementPort=8080'], 'managementPort must differ from containerPort'],
    [
      'a scraper that the network policy blocks',
      [...WITH_DSN, '--set', 'networkPolicy.enabled=true,serviceMonitor.enabled=true'],
      'networkPolicy.managementFrom must name Prometheus',
    ],
    ['a DSN in config.env', [...WITH_DSN, '--set', 'config.env.DATABASE_URL=x'], 'DATABASE_URL'],
    ['a security key in config.env', [...WITH_DSN, '--set', 'config.env.OS_SECURITY_KEY=x'], 'OS_SECURITY_KEY'],
    ['a blank security key', [...WITH_DSN, '--set', 'config.secretEnv.OS_SECURITY_KEY='], 'OS_SECURITY_KEY'],
    ['a blank address of a key set', [...WITH_DSN, '--set', 'config.env.JWT_JWKS_URL= '], 'JWT_JWKS_URL'],
    [
      'a collector key in config.env',
      [...WITH_DSN, '--set', 'config.env.OTEL_EXPORTER_OTLP_HEADERS=x'],
      'OTEL_EXPORTER_OTLP_HEADERS',
    ],
    ['a route without a gateway', [...WITH_DSN, '--set', 'httpRoute.enabled=true'], 'parentRefs'],
    ['a misspelt name', [...WITH_DSN, '--set', 'config.dsnmap.a=x'], 'dsnmap'],
    ['an invalid variable name', [...WITH_DSN, '--set', 'config.env.log-level=x'], 'log-level'],
    ['a replica count in words', [...WITH_DSN, '--set', 'replicaCount=two'], 'replicaCount'],
  ])('is rejected: %s', (_, options, message) => {
    const { succeeded, stderr } = helmTemplate(...options);
    expect(succeeded).toBe(false);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('planted-secret');
  });
});

function set(name: string): string {
  return VALUE_SETS[name] ?? '';
}

/** The decoded variables of the Secret. */
function secretOf(manifests: readonly Manifest[]): Record<string, string> {
  const entries = Object.entries<string>(findManifest(manifests, 'Secret')?.['data'] ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]));
}
