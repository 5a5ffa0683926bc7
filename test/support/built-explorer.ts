import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHECKOUT } from './session-service.js';

/** A copy of the built service with files of its own in place of the explorer. */
export interface ServiceCopy {
  /** The program to start. */
  readonly program: string;
  /** Folder that holds the explorer's files. */
  readonly explorer: string;
  remove(): void;
}

/** @param files content of the explorer's files, by path */
export function copyServiceWithExplorer(files: Readonly<Record<string, string | Buffer>>): ServiceCopy {
  const root = mkdtempSync(join(tmpdir(), 'agno-explorer-'));
  const explorer = join(root, 'dist/explorer');
  cpSync(join(CHECKOUT, 'package.json'), join(root, 'package.json'));
  cpSync(join(CHECKOUT, 'dist/service'), join(root, 'dist/service'), { recursive: true });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(explorer);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(explorer, path)), { recursive: true });
    writeFileSync(join(explorer, path), content);
  }
  execFileSync(process.execPath, [join(CHECKOUT, 'scripts/compress-files.ts'), explorer]);
  return {
    program: join(root, 'dist/service/main.js'),
    explorer,
    remove: () => rmSync(root, { recursive: true }),
  };
}
