/**
 * Writes the packages of the image to dist/sbom.cdx.json, in CycloneDX 1.5. Reproducible from the lockfile: npm's timestamp,
 * random serial number and folder name are removed. npm's own `--omit` also omits packages that production and development
 * share, so the packages are filtered here.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { lockedPackages } from './locked-packages.js';

interface Bom {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

const ROOT = resolve(import.meta.dirname, '..');

const sbom = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
const bom = shippedOnly(
  JSON.parse(execFileSync('npm', sbom, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })) as Bom,
);
const digest = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
mkdirSync(resolve(ROOT, 'dist'), { recursive: true });
const json = JSON.stringify({ ...bom, serialNumber: `urn:uuid:${uuidOf(digest)}` }, undefined, 2);
writeFileSync(resolve(ROOT, 'dist/sbom.cdx.json'), `${json}\n`);

function shippedOnly({ serialNumber: _, metadata: { timestamp: __, component, ...metadata }, ...bom }: Bom): Bom {
  const names = new Set(lockedPackages().flatMap((item) => (item.isShipped ? [`${item.name}@${item.version}`] : [])));
  const components = bom.components.filter(({ name, version }) => names.has(`${name}@${version}`));
  const project = component['bom-ref'];
  const refs = new Set([project, ...components.map((item) => item['bom-ref'])]);
  return {
    ...bom,
    metadata: { ...metadata, component: { ...component, name: project.slice(0, project.lastIndexOf('@')) } },
    components,
    dependencies: bom.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((dependency) => refs.has(dependency)) })),
  };
}

/** Formats a digest as a UUID of version 8, whose bits are free to choose (RFC 9562, section 5.8). */
function uuidOf(digest: string): string {
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
