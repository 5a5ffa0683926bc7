import { resolve } from 'node:path';
import { pythonOf, startAgentOs } from '../../contract/harness/python.js';
import { runToEnd, type ServerProcess } from '../../support/child-process.js';
import { CHECKOUT } from '../../support/session-service.js';

/** A live AgentOS beside the service, on its database; installed first where it is not yet. */
export async function agentOsBeside(version: string, dsn: string): Promise<ServerProcess> {
  await install(version);
  return startAgentOs(version, [`default=${dsn}`]);
}

/** The output of a script of this folder that runs agents; rejects with it when the script fails. */
export async function runAgents(version: string, script: string, args: readonly string[]): Promise<string> {
  await install(version);
  const command = [resolve(import.meta.dirname, script), ...args];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const { code, output } = await runToEnd(pythonOf(version), command, { env });
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`);
  return output;
}

async function install(version: string): Promise<void> {
  const { code, output } = await runToEnd(resolve(CHECKOUT, 'test/contract/oracle/setup.sh'), [version]);
  if (code !== 0) throw new Error(`agno ${version} cannot be installed:\n${output}`);
}
