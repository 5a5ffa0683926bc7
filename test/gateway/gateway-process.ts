import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { type ServerProcess, startServer } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { CHECKOUT } from '../support/session-service.js';

/** The proxies for which deploy/gateway has a configuration. */
export type ProxyName = 'nginx' | 'haproxy' | 'caddy';

/** All of them, in the order of the docs. */
export const PROXIES: readonly ProxyName[] = ['nginx', 'haproxy', 'caddy'];

/** True if the command of the proxy exists on this machine. */
export function isInstalled(proxy: ProxyName): boolean {
  try {
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin; command -v ${proxy}`]);
    return true;
  } catch {
    return false;
  }
}

/** Starts a gateway by the documented command. AgentOS must respond 200 at `/health`. */
export async function startGateway(
  proxy: ProxyName,
  upstreams: { readonly sessions: readonly string[]; readonly agentos: string },
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const port = await freePort();
  return startServer({
    command: resolve(CHECKOUT, 'deploy/gateway/run.sh'),
    args: [
      proxy,
      ...upstreams.sessions.flatMap((url) => ['--sessions', url]),
      ...['--agentos', upstreams.agentos, '--port', String(port)],
    ],
    env,
    port,
    readyPath: '/health',
  });
}
