import { describe, expect, it } from 'vitest';
import { findManifest, type Manifest, renderChart, VALUE_SETS, WITH_DSN } from './helm.js';

describe('every pod', () => {
  it.each(Object.entries(VALUE_SETS))('runs without privileges (%s)', (_, file) => {
    const pods = podSpecs(renderChart('--values', file));
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.enableServiceLinks).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('runs the image with the configured repository and tag', () => {
    const options = ['--set', 'image.repository=registry.example/sessions', '--set', 'image.tag=1.2.3'];
    const images = podSpecs(renderChart(...WITH_DSN, ...options)).map(({ containers }) => containers[0].image);
    expect(images).toEqual(['registry.example/sessions:1.2.3', 'registry.example/sessions:1.2.3']);
  });

  it('runs the image with the configured digest', () => {
    const [pod] = podSpecs(renderChart('--values', VALUE_SETS['existing-secret'] ?? ''));
    expect(pod.containers[0].image).toMatch(/^registry\.example\/agno-session-service@sha256:0{64}$/);
  });
});

describe('the ConfigMap of the chart', () => {
  it('contains settings as strings, whatever their type in the values file', () => {
    expect(findManifest(renderChart('--values', VALUE_SETS['several-databases'] ?? ''), 'ConfigMap')?.['data']).toEqual(
      {
        AGNO_SERVICE_PORT: '8080',
        AGNO_SERVICE_HOST: '0.0.0.0',
        AGNO_MANAGEMENT_PORT: '8081',
        AGNO_DRAIN_DELAY_MS: '5000',
        AGNO_DEFAULT_DB_ID: 'main',
        AGNO_REQUIRE_DB_ID: 'true',
        AGNO_POOL_SIZE: '20',
        AGNO_BODY_LIMIT_BYTES: '33554432',
        AGNO_TRUSTED_PROXIES: '10.0.0.0/8',
      },
    );
  });

  it('restarts the pods when it changes', () => {
    const checksum = (level: string) =>
      deployment('--set', `config.env.LOG_LEVEL=${level}`).spec.template.metadata.annotations['checksum/config'];
    expect(checksum('info')).not.toBe(checksum('warn'));
  });
});

describe('the pod of the service', () => {
  const pod = deployment().spec.template.spec;
  const [container] = pod.containers;

  it('has startup, liveness and readiness probes on the management port', () => {
    expect(container.startupProbe.httpGet).toEqual({ path: '/livez', port: 'management' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'management' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'management' });
    expect(container.ports).toContainEqual({ name: 'management', containerPort: 8081, protocol: 'TCP' });
  });

  it('has its probes on the main port when there is no management port, or on the port that the values file sets', () => {
    const manifests = renderChart(...WITH_DSN, '--set', 'managementPort=null,startupProbe.httpGet.port=1');
    const [{ ports, startupProbe, livenessProbe }] = podSpecs(manifests)[0].containers;
    expect([livenessProbe.httpGet.port, startupProbe.httpGet.port]).toEqual(['http', 1]);
    expect(ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
    expect(findManifest(manifests, 'ConfigMap')?.['data']).not.toHaveProperty('AGNO_MANAGEMENT_PORT');
  });

  it('uses the probe settings of the values file', () => {
    const tuned = deployment('--set', 'livenessProbe.periodSeconds=42').spec.template.spec.containers[0];
    expect(tuned.livenessProbe).toMatchObject({ periodSeconds: 42, httpGet: { path: '/livez', port: 'management' } });
  });

  it('has a grace period longer than the drain delay plus the request timeout', () => {
    expect(findManifest(renderChart(...WITH_DSN), 'ConfigMap')?.['data'].AGNO_DRAIN_DELAY_MS).toBe('5000');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5 + 60);
  });

  it('listens on the target port of the Service', () => {
    const manifests = renderChart('--values', VALUE_SETS['placed'] ?? '');
    const port = findManifest(manifests, 'Deployment')?.['spec'].template.spec.containers[0].ports[0];
    expect(port).toMatchObject({ name: 'http', containerPort: 9090 });
    expect(findManifest(manifests, 'ConfigMap')?.['data'].AGNO_SERVICE_PORT).toBe('9090');
    expect(findManifest(manifests, 'Service')?.['spec'].ports[0]).toMatchObject({ port: 80, targetPort: 'http' });
  });

  it('is spread over nodes and zones with the other pods of its release', () => {
    const matchLabels = deployment().spec.selector.matchLabels;
    expect(pod.topologySpreadConstraints).toHaveLength(2);
    for (const constraint of pod.topologySpreadConstraints) expect(constraint.labelSelector).toEqual({ matchLabels });
  });

  it('is replaced without downtime during an update', () => {
    expect(deployment().spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });
});

describe('replica count', () => {
  it('is the configured number, or is set by the autoscaler when autoscaling is enabled', () => {
    expect(deployment('--set', 'replicaCount=3').spec.replicas).toBe(3);
    const scaled = renderChart('--values', VALUE_SETS['autoscaled-and-monitored'] ?? '');
    expect(findManifest(scaled, 'Deployment')?.['spec']).not.toHaveProperty('replicas');
    expect(findManifest(scaled, 'HorizontalPodAutoscaler')?.['spec']).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'agno-session' },
      maxReplicas: 20,
    });
  });

  it('drops by at most one during node drains', () => {
    const { maxUnavailable, selector } = findManifest(renderChart(...WITH_DSN), 'PodDisruptionBudget')?.['spec'] ?? {};
    expect(maxUnavailable).toBe(1);
    expect(selector.matchLabels).toEqual(deployment().spec.selector.matchLabels);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: the expectations of the tests check the types
function deployment(...options: readonly string[]): any {
  return findManifest(renderChart(...WITH_DSN, ...options), 'Deployment');
}

/** The pod specs of the service's Deployment and of `helm test`. */
// biome-ignore lint/suspicious/noExplicitAny: the expectations of the tests check the types
function podSpecs(manifests: readonly Manifest[]): any[] {
  return [findManifest(manifests, 'Deployment')?.['spec'].template.spec, findManifest(manifests, 'Pod')?.['spec']];
}
