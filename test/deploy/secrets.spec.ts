import { describe, expect, it } from 'vitest';
import { findManifest, helmTemplate, type Manifest, renderChart, VALUE_SETS, WITH_DSN } from './helm.js';

describe('what is secret', () => {
  it.each(Object.entries(VALUE_SETS))('stays in the Secret (%s)', (_, file) => {
    const others = renderChart('--values', file).filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify(others)).not.toContain('planted-secret');
  });

  it('reaches the container only by reference', () => {
    const [container] = findManifest(renderChart(...WITH_DSN), 'Deployment')?.['spec'].template.spec.containers ?? [];
    expect(container.envFrom).toEqual([
      { configMapRef: { name: 'agno-session' } },
      { secretRef: { name: 'agno-session' } },
    ]);
    expect(container.env).toBeUndefined();
  });

  it('holds one DSN as it was given', () => {
    const dsn = 'postgresql://ai:p%40ss,%3D{}"\\@db:5432/ai?sslmode=require&options=-c%20a%3Db';
    expect(secretOf(renderChart('--set-literal', `config.dsn=${dsn}`))).toEqual({ AGNO_PG_DSN: dsn });
  });

  it('holds the map of DSNs as JSON', () => {
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

  it('holds keys with their line ends', () => {
    expect(secretOf(renderChart('--values', set('placed')))['JWT_VERIFICATION_KEY']).toBe(
      '-----BEGIN PUBLIC KEY-----\nplanted-secret\n-----END PUBLIC KEY-----\n',
    );
  });

  it('may be a Secret that exists already', () => {
    const manifests = renderChart('--set', 'config.existingSecret=agentos');
    expect(findManifest(manifests, 'Secret')).toBeUndefined();
    const [container] = findManifest(manifests, 'Deployment')?.['spec'].template.spec.containers ?? [];
    expect(container.envFrom).toContainEqual({ secretRef: { name: 'agentos' } });
  });

  it('may come from a key of any Secret', () => {
    const deployment = findManifest(renderChart('--values', set('existing-secret')), 'Deployment');
    const container = deployment?.['spec'].template.spec.containers[0];
    expect(container.env).toEqual([
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'ai-app', key: 'uri' } } },
    ]);
  });

  it('restarts the pods when it changes, and only then', () => {
    const checksum = (dsn: string) =>
      findManifest(renderChart('--set', `config.dsn=${dsn}`), 'Deployment')?.['spec'].template.metadata.annotations[
        'checksum/secret'
      ];
    expect(checksum('postgresql://a/b')).toBe(checksum('postgresql://a/b'));
    expect(checksum('postgresql://a/b')).not.toBe(checksum('postgresql://a/c'));
  });
});

describe('values that make no service', () => {
  it.each([
    [
      'replicas of no database',
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
    ['no default of several', ['--set', 'config.dsnMap.a=x,config.dsnMap.b=y'], 'say with config.defaultDbId'],
    [
      'a default that is not there',
      ['--set', 'config.dsnMap.a=x,config.defaultDbId=z'],
      'must be one of config.dsnMap',
    ],
    ['too little grace', [...WITH_DSN, '--set', 'terminationGracePeriodSeconds=65'], 'must be more than 65'],
    ['a DSN in plain sight', [...WITH_DSN, '--set', 'config.env.DATABASE_URL=x'], 'DATABASE_URL'],
    ['a key in plain sight', [...WITH_DSN, '--set', 'config.env.OS_SECURITY_KEY=x'], 'OS_SECURITY_KEY'],
    [
      'a collector’s key in plain sight',
      [...WITH_DSN, '--set', 'config.env.OTEL_EXPORTER_OTLP_HEADERS=x'],
      'OTEL_EXPORTER_OTLP_HEADERS',
    ],
    ['a route of no gateway', [...WITH_DSN, '--set', 'httpRoute.enabled=true'], 'parentRefs'],
    ['a name with a typing error', [...WITH_DSN, '--set', 'config.dsnmap.a=x'], 'dsnmap'],
    ['no name of a variable', [...WITH_DSN, '--set', 'config.env.log-level=x'], 'log-level'],
    ['a number of replicas in words', [...WITH_DSN, '--set', 'replicaCount=two'], 'replicaCount'],
  ])('are refused: %s', (_, options, complaint) => {
    const { succeeded, stderr } = helmTemplate(...options);
    expect(succeeded).toBe(false);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toContain('planted-secret');
  });
});

function set(name: string): string {
  return VALUE_SETS[name] ?? '';
}

/** A Secret's variables, decoded. */
function secretOf(manifests: readonly Manifest[]): Record<string, string> {
  const entries = Object.entries<string>(findManifest(manifests, 'Secret')?.['data'] ?? {});
  return Object.fromEntries(entries.map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]));
}
