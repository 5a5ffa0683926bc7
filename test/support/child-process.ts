import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isAlive } from '../../apps/session-service/src/embedded/postgres-cluster.js';
import { forgetProcess, killOnExit } from './reaper.js';
import { scaled } from './time-scale.js';

/** A server that runs in a separate process. */
export interface ServerProcess {
  readonly baseUrl: string;
  readonly pid: number;
  /** The end of the output of the process, for error messages. */
  output(): string;
  /** True when the process has exited for any reason. */
  ended(): boolean;
  /** Sends SIGTERM, and SIGKILL after a timeout. Resolves with the exit code, null after a signal. */
  stop(): Promise<number | null>;
}

interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** A path that returns 200 when the server is ready. */
  readonly readyPath: string;
  /** Discards the output, so that reading it takes no CPU time. */
  readonly isQuiet?: boolean;
}

const KEPT_OUTPUT = 20_000;
const START_TIMEOUT_MS = scaled(60_000);
const STOP_TIMEOUT_MS = scaled(20_000);

/** Starts a program in its own process group. When this process ends before the program, the reaper kills the group. */
export function spawnTracked(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  const { pid } = child;
  if (pid !== undefined) {
    killOnExit(pid);
    // Children that outlive the program keep its group alive; the reaper must still kill the group.
    child.once('exit', () => {
      if (!isAlive(-pid)) forgetProcess(pid);
    });
  }
  return child;
}

/** Kills the process group of a program that `spawnTracked` has started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined && isAlive(-pid)) process.kill(-pid, 'SIGKILL');
}

/**
 * Runs a program to its end, or kills it after `timeoutMs`. Resolves with its exit code (null after a signal) and
 * everything it printed.
 */
export function runToEnd(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: SpawnOptions & { readonly timeoutMs: number },
): Promise<{ code: number | null; output: string }> {
  return new Promise((done, failed) => {
    const child = spawnTracked(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => {
      output += `killed after ${timeoutMs} ms\n`;
      killGroup(child);
    }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    child.once('error', failed);
    child.once('close', (code) => {
      clearTimeout(timer);
      done({ code, output });
    });
  });
}

/** Starts a server and waits until it is ready. Rejects with its output when it exits or does not become ready in time. */
export async function startServer(start: ServerCommand): Promise<ServerProcess> {
  const child = spawnTracked(start.command, start.args, {
    env: { ...withoutAgnoSettings(process.env), ...start.env },
    stdio: ['ignore', ...(start.isQuiet ? (['ignore', 'ignore'] as const) : (['pipe', 'pipe'] as const))],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve(null);
    });
    child.once('exit', (code, signal) => {
      output += `ended with ${code ?? signal}\n`;
      resolve(code);
    });
  });

  const baseUrl = `http://127.0.0.1:${start.port}`;
  const end = new AbortController();
  const ready = await Promise.race([
    isReady(baseUrl + start.readyPath, end.signal),
    ended.then(() => 'it ended' as const),
  ]);
  if (ready !== true) {
    end.abort();
    killGroup(child);
    const reason = ready === 'it ended' ? ready : `no response after ${START_TIMEOUT_MS} ms`;
    throw new Error(`${start.command} ${start.args.join(' ')} did not start (${reason}):\n${output}`);
  }
  return {
    baseUrl,
    pid: child.pid ?? 0,
    output: () => output,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: async () => {
      const kill = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS);
      child.kill('SIGTERM');
      const code = await ended;
      clearTimeout(kill);
      return code;
    },
  };
}

/** True for a running process. False for a zombie, which can remain in containers without an init process. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Process ids of the children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(processes.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return processes.map(Number).filter((_, index) => stats[index]?.replace(/^.*\) /s, '').split(' ')[1] === String(pid));
}

/** Removes settings of the developer's shell that would affect the tests. */
function withoutAgnoSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(AGNO_|DATABASE_URL$|OS_SECURITY_KEY$|JWT_|OTEL_)/.test(name));
  return Object.fromEntries(kept);
}

async function isReady(url: string, end: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && !end.aborted) {
    const status = await fetch(url, { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
      .then((response) => response.status)
      .catch(() => 0);
    if (status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
