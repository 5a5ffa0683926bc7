import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe } from 'vitest';
import { type ServerProcess, startServer } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { CHECKOUT } from '../support/session-service.js';

/** The proxies for which deploy/gateway has a configuration. */
export type Proxy = 'nginx' | 'haproxy' | 'caddy';

const PROXIES: readonly Proxy[] = ['nginx', 'haproxy', 'caddy'];

/** Describes tests once for every proxy. Skips those of a proxy that is not installed, and says so in their names. */
export function describeGateways(subject: string, tests: (proxy: Proxy) => void): void {
  for (const proxy of PROXIES) {
    const isMissing = !isInstalled(proxy);
    const reason = isMissing ? ` (skipped: ${proxy} is not installed)` : '';
    describe.skipIf(isMissing)(`${proxy}: ${subject}${reason}`, () => tests(proxy));
  }
}

function isInstalled(proxy: Proxy): boolean {
  try {
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin; command -v ${proxy}`]);
    return true;
  } catch {
    return false;
  }
}

/** Starts a gateway by the documented command. AgentOS must respond 200 at `/health`. */
export async function startGateway(
  proxy: Proxy,
  upstreams: { readonly sessions: readonly string[]; readonly agentos: string },
): Promise<ServerProcess> {
  const port = await freePort();
  return startServer({
    command: resolve(CHECKOUT, 'deploy/gateway/run.sh'),
    args: [
      proxy,
      ...upstreams.sessions.flatMap((url) => ['--sessions', url]),
      ...['--agentos', upstreams.agentos, '--port', String(port)],
    ],
    env: {},
    port,
    readyPath: '/health',
  });
}
