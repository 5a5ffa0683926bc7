import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../../../test/support/child-process.js';
import { CHECKOUT } from '../../../test/support/session-service.js';
import { scaled } from '../../../test/support/time-scale.js';

const PROGRAMS = [
  'dist/service/main.js',
  'dist/service/embedded.js',
  'dist/apps/session-service/src/main.js',
  'dist/apps/session-service/src/indexes.js',
  'dist/apps/session-mirror/src/session-mirror.js',
];

/** Makes Node report an old version, without the function `findPackageJSON` that an old version lacks. */
const OLD_NODE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
  const old = 'data:text/javascript,export class SourceMap {} export function createRequire() {}';
  registerHooks({
    resolve: (name, context, next) => (name === 'node:module' ? { url: old, shortCircuit: true } : next(name, context)),
  });
`)}`;

describe('on an old Node', () => {
  it.each(PROGRAMS)('%s ends with one line that names the Node needed and the Node found', async (program) => {
    const { engines } = JSON.parse(readFileSync(resolve(CHECKOUT, 'package.json'), 'utf8'));
    const args = ['--import', OLD_NODE, resolve(CHECKOUT, program)];
    const { code, output } = await runToEnd(process.execPath, args, { timeoutMs: scaled(20_000) });
    const needed = engines.node.replace('>=', '');
    expect(output).toBe(`Node ${needed} or newer is needed; this is Node 20.20.2 (${process.execPath})\n`);
    expect(code).toBe(1);
  });
});
