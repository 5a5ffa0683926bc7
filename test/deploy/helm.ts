import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';

export const CHART = resolve(CHECKOUT, 'deploy/helm/agno-session');

/** Paths of the chart's test values files (`ci/*-values.yaml`), by name. */
export const VALUE_SETS: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(join(CHART, 'ci')).map((file) => [file.replace('-values.yaml', ''), join(CHART, 'ci', file)]),
);

/** Any manifest. Members are untyped, because each test checks the ones it needs. */
export interface Manifest {
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: the expectations of the tests check the types
  readonly [field: string]: any;
}

interface HelmResult {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export function helm(...args: readonly string[]): HelmResult {
  const { status, stdout, stderr, error } = spawnSync('helm', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { succeeded: status === 0, stdout, stderr };
}

/** The manifests that `helm upgrade --install agno-session` would apply with these options. Throws helm's error message. */
export function renderChart(...options: readonly string[]): Manifest[] {
  const { succeeded, stdout, stderr } = helmTemplate(...options);
  if (!succeeded) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? []);
}

export function helmTemplate(...options: readonly string[]): HelmResult {
  return helm('template', 'agno-session', CHART, ...options);
}

/** The object of a kind whose name ends with `suffix`. */
export function findManifest(manifests: readonly Manifest[], kind: string, suffix = ''): Manifest | undefined {
  return manifests.find((manifest) => manifest.kind === kind && manifest['metadata'].name.endsWith(suffix));
}

/** Options with one database, for tests that do not depend on databases. */
export const WITH_DSN = ['--set', 'config.dsn=postgresql://ai:planted-secret@db/ai'] as const;
