import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
}

/** A mirror in a separate process, with a folder for its files. */
class MirrorProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'agno-mirror-'));
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private stdout = '';
  private stderr = '';

  constructor(args: readonly string[], files: Readonly<Record<string, string>> = {}, env: Record<string, string> = {}) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
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
    const report = this.written('report.json');
    const { stdout, stderr } = this;
    const page = this.written('report.html');
    rmSync(this.folder, { recursive: true });
    return {
      exitCode: this.child.exitCode,
      stdout,
      stderr,
      report: report === undefined ? undefined : (JSON.parse(report) as MirrorReport),
      page,
    };
  }

  stop(): Promise<MirrorRun> {
    const run = this.ended();
    this.child.kill('SIGTERM');
    return run;
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
): Promise<MirrorRun> {
  return new MirrorProcess(['replay', source.name, ...args], { [source.name]: source.text }, env).ended();
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
  return { baseUrl, stop: () => mirror.stop() };
}
