import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Number of responses other than 2xx and 3xx, which invalidate a round. */
  readonly failures: number;
}

const SCRIPT = resolve(import.meta.dirname, 'requests.lua');
const CONNECTIONS = 16;

/**
 * Loads a server with one kind of request. Needs `wrk` (a Debian package) in the PATH. With `tokens`, one per user of
 * the data set, each session is requested by its owner.
 */
export async function runWrk(
  baseUrl: string,
  kind: string,
  sessions: number,
  seconds: number,
  tokens: readonly string[] = [],
): Promise<LoadResult> {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}`, '--latency', '--timeout', '30', '-s', SCRIPT, baseUrl];
  const env = {
    ...process.env,
    KIND: kind,
    SESSIONS: String(sessions),
    SEED: String(process.hrtime()[1]),
    TOKENS: tokens.join(','),
  };
  const { stdout } = await promisify(execFile)('wrk', args, { env });
  return {
    requests: numberIn(stdout, /(\d+) requests in/),
    requestsPerSecond: numberIn(stdout, /Requests\/sec:\s+([\d.]+)/),
    p50Ms: latency(stdout, '50%'),
    p99Ms: latency(stdout, '99%'),
    failures: numberIn(stdout, /Non-2xx or 3xx responses: (\d+)/),
  };
}

function numberIn(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1] ?? 0);
}

function latency(output: string, percentile: string): number {
  const [, value = '0', unit = 'ms'] = new RegExp(`${percentile}\\s+([\\d.]+)(us|ms|s)`).exec(output) ?? [];
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'];
}
