import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** A server that runs as a process of its own while tests talk to it. */
export interface ServerProcess {
  readonly baseUrl: string;
  readonly pid: number;
  /** The last output, for the report of a failure. */
  output(): string;
  /** True once the process has ended, asked or not. */
  ended(): boolean;
  /** Sends SIGTERM and waits; SIGKILL after ten seconds. Resolves with the exit code, null after a signal. */
  stop(): Promise<number | null>;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** A path that answers 200 as soon as the server serves. */
  readonly readyPath: string;
  /** Its output goes nowhere, so that reading it costs nothing. */
  readonly isQuiet?: boolean;
}

const KEPT_OUTPUT = 20_000;
const START_TIMEOUT_MS = 60_000;

/** Starts a server and waits until it answers. Rejects with its output when it ends or stays silent. */
export async function startServer(start: ServerCommand): Promise<ServerProcess> {
  const child = spawn(start.command, start.args, {
    env: { ...withoutAgnoSettings(process.env), ...start.env },
    stdio: ['ignore', ...(start.isQuiet ? (['ignore', 'ignore'] as const) : (['pipe', 'pipe'] as const))],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', killWithUs);
      output += `ended with ${code ?? signal}\n`;
      resolve(code);
    });
  });

  const baseUrl = `http://127.0.0.1:${start.port}`;
  const ready = await Promise.race([answers(baseUrl + start.readyPath), ended.then(() => false)]);
  if (!ready) {
    child.kill('SIGKILL');
    throw new Error(`${start.command} ${start.args.join(' ')} did not start:\n${output}`);
  }
  return {
    baseUrl,
    pid: child.pid ?? 0,
    output: () => output,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: async () => {
      const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
      child.kill('SIGTERM');
      const code = await ended;
      clearTimeout(kill);
      return code;
    },
  };
}

/** Ids of the processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(processes.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return processes.map(Number).filter((_, at) => stats[at]?.replace(/^.*\) /s, '').split(' ')[1] === String(pid));
}

/** What the developer's shell sets must not change what is tested. */
function withoutAgnoSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(AGNO_|DATABASE_URL$|OS_SECURITY_KEY$|JWT_|OTEL_)/.test(name));
  return Object.fromEntries(kept);
}

async function answers(url: string): Promise<boolean> {
  const giveUp = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUp) {
    const status = await fetch(url)
      .then((reply) => reply.status)
      .catch(() => 0);
    if (status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
