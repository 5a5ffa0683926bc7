import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MirrorReport } from '../../apps/session-mirror/src/report/mirror-report.js';
import { call, until } from './api.js';
import { spawnTracked } from './child-process.js';
import { freePort } from './ports.js';
import { CHECKOUT } from './session-service.js';

/** Result of the built mirror after its process has exited. */
interface MirrorRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON report; undefined if none was written. */
  readonly report: MirrorReport | undefined;
  readonly page: string | undefined;
  /** Content of every file in the folder of the process; the target of a link after an arrow. */
  readonly files: Readonly<Record<string, string>>;
}

/** A mirror in a separate process, with a folder for its files. */
class MirrorProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'agno-mirror-'));
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private stdout = '';
  private stderr = '';

  /** @param prepare fills the folder before the process starts */
  constructor(args: readonly string[], prepare?: (folder: string) => void, env: Record<string, string> = {}) {
    prepare?.(this.folder);
    const program = resolve(CHECKOUT, 'dist/apps/session-mirror/src/session-mirror.js');
    const reports = ['--json', 'report.json', '--html', 'report.html'];
    this.child = spawnTracked(process.execPath, [program, ...args, ...reports], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    this.closed = once(this.child, 'close');
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('utf8');
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
    });
  }

  /** Waits for the process to exit and returns its result. */
  async ended(): Promise<MirrorRun> {
    await this.closed;
    const report = this.report();
    const { stdout, stderr } = this;
    const page = this.written('report.html');
    const files = this.files();
    rmSync(this.folder, { recursive: true });
    return { exitCode: this.child.exitCode, stdout, stderr, report, page, files };
  }

  stop(): Promise<MirrorRun> {
    const run = this.ended();
    this.child.kill('SIGTERM');
    return run;
  }

  /** The path of a file of the process. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** The JSON report so far; undefined until one is written. */
  report(): MirrorReport | undefined {
    const text = this.written('report.json');
    return text?.startsWith('{') ? (JSON.parse(text) as MirrorReport) : undefined;
  }

  private files(): Record<string, string> {
    return Object.fromEntries(
      readdirSync(this.folder).map((name) => {
        const path = this.path(name);
        return [name, lstatSync(path).isSymbolicLink() ? `→ ${readlinkSync(path)}` : readFileSync(path, 'utf8')];
      }),
    );
  }

  private written(name: string): string | undefined {
    try {
      return readFileSync(join(this.folder, name), 'utf8');
    } catch {
      return undefined;
    }
  }
}

/** Runs `mirror replay` of one source to its end. */
export function runMirrorReplay(
  source: { readonly name: string; readonly text: string },
  args: readonly string[],
  env: Record<string, string> = {},
  prepare?: (folder: string) => void,
): Promise<MirrorRun> {
  const fill = (folder: string) => {
    writeFileSync(join(folder, source.name), source.text);
    prepare?.(folder);
  };
  return new MirrorProcess(['replay', source.name, ...args], fill, env).ended();
}

/** Runs `mirror proxy` with arguments with which it cannot start. */
export function failMirrorProxy(args: readonly string[]): Promise<MirrorRun> {
  return new MirrorProcess(['proxy', ...args]).ended();
}

/** Starts a mirror proxy and waits until it is ready. It forwards `readyPath` to `python`, which must respond 200. */
export async function startMirrorProxy(python: string, ours: string, readyPath = '/health') {
  const port = await freePort();
  const mirror = new MirrorProcess(['proxy', '--listen', String(port), '--python', python, '--ours', ours]);
  const baseUrl = `http://127.0.0.1:${port}`;
  await until(() =>
    call(baseUrl, readyPath).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  return {
    baseUrl,
    path: (name: string) => mirror.path(name),
    report: () => mirror.report(),
    stop: () => mirror.stop(),
  };
}
