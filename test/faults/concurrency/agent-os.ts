import { execFileSync, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pythonOf, startAgentOs } from '../../contract/harness/python.js';
import type { ServerProcess } from '../../support/child-process.js';
import { CHECKOUT } from '../../support/session-service.js';

/** A live AgentOS beside the service, on its database; installed first where it is not yet. */
export function agentOsBeside(version: string, dsn: string): Promise<ServerProcess> {
  install(version);
  return startAgentOs(version, [`default=${dsn}`]);
}

/** The output of a script of this folder that runs agents; rejects with it when the script fails. */
export function runAgents(version: string, script: string, args: readonly string[]): Promise<string> {
  install(version);
  const command = [resolve(import.meta.dirname, script), ...args];
  const child = spawn(pythonOf(version), command, { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) =>
      code === 0 ? done(output) : failed(new Error(`${script} ended with ${code}:\n${output}`)),
    );
  });
}

function install(version: string): void {
  execFileSync(resolve(CHECKOUT, 'test/contract/oracle/setup.sh'), [version], { stdio: 'ignore' });
}
