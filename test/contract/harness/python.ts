import { resolve } from 'node:path';
import { runToEnd, type ServerProcess, startServer } from '../../support/child-process.js';
import { freePort } from '../../support/ports.js';
import { CHECKOUT } from '../../support/session-service.js';
import { scaled, TIME_SCALE } from '../../support/time-scale.js';

const HERE = resolve(CHECKOUT, 'test/contract');
const INSTALL_TIMEOUT_MS = scaled(900_000);
const SCRIPT_TIMEOUT_MS = scaled(300_000);

/** The AgentOS that defines the contract, and the older version whose databases the service also supports. */
export const AGNO_VERSION = process.env['AGNO_VERSION'] ?? '3.1.10';
export const AGNO_2_VERSION = process.env['AGNO_2_VERSION'] ?? '2.9.0';

/** Path of the Python interpreter that `oracle/setup.sh` has installed for a version. */
export function pythonOf(version: string): string {
  return resolve(CHECKOUT, `.venv/agno-${version}/bin/python`);
}

const installed = new Map<string, Promise<void>>();

/** Creates the virtual environment of a version, unless it exists. Rejects with pip's output. */
function installAgno(version: string): Promise<void> {
  const install = async () => {
    const setup = resolve(HERE, 'oracle/setup.sh');
    const { code, output } = await runToEnd(setup, [version], { timeoutMs: INSTALL_TIMEOUT_MS });
    if (code !== 0) throw new Error(`${setup} ${version} ended with ${code}:\n${output}`);
  };
  const installing = installed.get(version) ?? install();
  installed.set(version, installing);
  return installing;
}

/** Runs a script of `test/contract`. Resolves with its output, or rejects with it when the script fails. */
export async function runPython(version: string, script: string, args: readonly string[]): Promise<string> {
  const { code, output } = await tryPython(version, script, args);
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

export async function tryPython(
  version: string,
  script: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  await installAgno(version);
  return runToEnd(pythonOf(version), [resolve(HERE, script), ...args], {
    env: pythonEnv(),
    timeoutMs: SCRIPT_TIMEOUT_MS,
  });
}

/** Starts a live AgentOS with databases given as `db_id=DSN`. */
export async function startAgentOs(
  version: string,
  databases: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  await installAgno(version);
  const port = await freePort();
  return startServer({
    command: pythonOf(version),
    args: [resolve(HERE, 'oracle/serve.py'), String(port), ...databases],
    env: { ...pythonEnv(), ...env },
    port,
    readyPath: '/health',
  });
}

function pythonEnv(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
    PYTHONDONTWRITEBYTECODE: '1',
    // agno 2.0 to 2.2 store members in the order of a set, which depends on the hashes of strings.
    PYTHONHASHSEED: '0',
    AGNO_TELEMETRY: 'false',
    TEST_TIME_SCALE: String(TIME_SCALE),
  };
}
