import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runToEnd } from '../support/child-process.js';
import { CHECKOUT } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

/** What the client depends on; packed too, so that the installation needs no network. */
const DEPENDENCIES = ['openapi-fetch', 'openapi-typescript-helpers'];

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: [],
    skipLibCheck: false,
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
};

/** A project outside of the checkout in which the packed client is installed. */
export interface ClientProject {
  readonly folder: string;
  /** Compiles TypeScript files with strict checks. Resolves with the errors. */
  compile(sources: Readonly<Record<string, string>>): Promise<string>;
  /** Runs a compiled file and resolves with its output. */
  run(name: string): Promise<string>;
}

/** Builds, packs and installs the client as its users do. */
export async function createClientProject(): Promise<ClientProject> {
  const root = mkdtempSync(join(tmpdir(), 'agno-client-'));
  const folder = join(root, 'project');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));

  // Without the variables of the npm that runs the tests, which name the folder of the checkout.
  const env = { PATH: process.env.PATH, HOME: root, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const run = async (command: string, args: readonly string[], cwd = folder) => {
    const { code, output } = await runToEnd(command, args, { cwd, env, timeoutMs: scaled(60_000) });
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  };
  await run(process.execPath, ['scripts/build-client.ts', join(root, 'build')], CHECKOUT);
  const dependencies = DEPENDENCIES.map((name) => resolve(CHECKOUT, 'node_modules', name));
  await run('npm', [
    'pack',
    '--silent',
    '--ignore-scripts',
    '--pack-destination',
    root,
    join(root, 'build'),
    ...dependencies,
  ]);
  const archives = readdirSync(root).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', ...archives.map((name) => `../${name}`)]);
  return {
    folder,
    async compile(sources) {
      for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, 'src', `${name}.ts`), text);
      const compiler = resolve(CHECKOUT, 'node_modules/typescript/bin/tsc');
      return (await runToEnd(process.execPath, [compiler], { cwd: folder, env, timeoutMs: scaled(60_000) })).output;
    },
    run: (name) => run(process.execPath, [`dist/${name}.js`]),
  };
}
