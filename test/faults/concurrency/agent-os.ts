import { resolve } from 'node:path';
import { runPython, startAgentOs } from '../../contract/harness/python.js';
import type { ServerProcess } from '../../support/child-process.js';

/** A live AgentOS beside the service, on its database; installed first where it is not yet. */
export function startAgentOsOn(version: string, dsn: string): Promise<ServerProcess> {
  return startAgentOs(version, [`default=${dsn}`]);
}

/** The output of a script of this folder that runs agents; rejects with it when the script fails. */
export function runAgents(version: string, script: string, args: readonly string[]): Promise<string> {
  return runPython(version, resolve(import.meta.dirname, script), args);
}
