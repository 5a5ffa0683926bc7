import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { ServerProcess } from '../support/child-process.js';
import { isInstalled, PROXIES, type ProxyName, startGateway } from './gateway-process.js';
import { Upstream } from './upstream.js';

/** Describes tests once for every proxy. Skips those of a proxy that is not installed, and says so in their names. */
export function describeGateways(subject: string, tests: (proxy: ProxyName) => void): void {
  for (const proxy of PROXIES) {
    const isMissing = !isInstalled(proxy);
    const reason = isMissing ? ` (skipped: ${proxy} is not installed)` : '';
    describe.skipIf(isMissing)(`${proxy}: ${subject}${reason}`, () => tests(proxy));
  }
}

/** A gateway in front of one AgentOS and session services, all of which respond with the request they received. */
export interface EchoGateway {
  readonly baseUrl: string;
  readonly pid: number;
  readonly agentos: Upstream;
  readonly sessions: readonly Upstream[];
}

/** Starts an EchoGateway for the tests of a `describe`. Its members are set when the tests run. */
export function useEchoGateway(proxy: ProxyName, instances = 1): EchoGateway {
  let gateway: ServerProcess | undefined;
  const started: { agentos?: Upstream; sessions: Upstream[] } = { sessions: [] };
  const all = () => [...started.sessions, ...(started.agentos ? [started.agentos] : [])];
  beforeAll(async () => {
    started.agentos = await Upstream.start('AgentOS');
    for (let index = 0; index < instances; index++) started.sessions.push(await Upstream.start('session-service'));
    const sessions = started.sessions.map(({ baseUrl }) => baseUrl);
    gateway = await startGateway(proxy, { sessions, agentos: started.agentos.baseUrl });
    started.agentos.reset();
  });
  afterEach(() => {
    for (const upstream of all()) upstream.reset();
  });
  afterAll(async () => {
    await gateway?.stop();
    await Promise.all(all().map((upstream) => upstream.stop()));
  });
  const required = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the gateway has not started');
    return value;
  };
  return {
    get baseUrl() {
      return required(gateway).baseUrl;
    },
    get pid() {
      return required(gateway).pid;
    },
    get agentos() {
      return required(started.agentos);
    },
    sessions: started.sessions,
  };
}
