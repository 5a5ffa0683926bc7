import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHECKOUT } from '../support/session-service.js';

/** The chart's folder, as the README's command names it from the checkout's root. */
export const CHART = resolve(CHECKOUT, 'deploy/helm/agno-session');

/** Sets of values that are linted, rendered and judged by the schemas of Kubernetes: name → file. */
export const VALUE_SETS: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(join(CHART, 'ci')).map((file) => [file.replace('-values.yaml', ''), join(CHART, 'ci', file)]),
);

/** Any JSON value, read without ceremony: what is missing is undefined, at any depth. */
export interface Manifest {
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests state what they expect and fail where it is otherwise
  readonly [field: string]: any;
}

/** How helm ended. */
export interface HelmResult {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export function helm(...args: readonly string[]): HelmResult {
  const { status, stdout, stderr, error } = spawnSync('helm', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { succeeded: status === 0, stdout, stderr };
}

/** The manifests that `helm upgrade --install agno-session` would send with these options. Throws what helm complains of. */
export function renderChart(...options: readonly string[]): Manifest[] {
  const { succeeded, stdout, stderr } = helmTemplate(...options);
  if (!succeeded) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? []);
}

export function helmTemplate(...options: readonly string[]): HelmResult {
  return helm('template', 'agno-session', CHART, ...options);
}

/** The object of a kind, told from others of that kind by the end of its name. */
export function findManifest(manifests: readonly Manifest[], kind: string, suffix = ''): Manifest | undefined {
  return manifests.find((manifest) => manifest.kind === kind && manifest['metadata'].name.endsWith(suffix));
}

/** One database, for tests to which databases do not matter. */
export const WITH_DSN = ['--set', 'config.dsn=postgresql://ai:planted-secret@db/ai'] as const;
