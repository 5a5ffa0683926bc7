import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pythonOf, startAgentOs } from '../../contract/harness/python.js';
import { runToEnd, type ServerProcess } from '../../support/child-process.js';
import { CHECKOUT } from '../../support/session-service.js';

/** A live AgentOS beside the service, on its database; installed first where it is not yet. */
export function agentOsBeside(version: string, dsn: string): Promise<ServerProcess> {
  install(version);
  return startAgentOs(version, [`default=${dsn}`]);
}

/** The output of a script of this folder that runs agents; rejects with it when the script fails. */
export async function runAgents(version: string, script: string, args: readonly string[]): Promise<string> {
  install(version);
  const command = [resolve(import.meta.dirname, script), ...args];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const { code, output } = await runToEnd(pythonOf(version), command, { env });
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`);
  return output;
}

function install(version: string): void {
  execFileSync(resolve(CHECKOUT, 'test/contract/oracle/setup.sh'), [version], { stdio: 'ignore' });
}
