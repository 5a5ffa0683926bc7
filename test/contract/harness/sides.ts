import { type ProxyName, startGateway } from '../../gateway/gateway-process.js';
import type { ServerProcess } from '../../support/child-process.js';
import { startSessionService } from '../../support/session-service.js';
import type { Layout } from './contract-case.js';
import { copiesFor, openDatabases, serviceEnv } from './layouts.js';
import type { Side } from './perform-case.js';
import { AGNO_VERSION, startAgentOs } from './python.js';
import type { Templates } from './templates.js';

/** A side whose server is running; the caller must stop it. */
export interface RunningSide extends Side {
  readonly server: ServerProcess;
  stop(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<unknown>;
}

type Environment = Readonly<Record<string, string>>;

/** Starts a live AgentOS with its own copies of a layout's databases. */
export function startOracle(
  templates: Templates,
  layout: Layout,
  name = 'oracle',
  env: Environment = {},
): Promise<RunningSide> {
  return start(templates, layout, name, (dsns) =>
    startAgentOs(
      AGNO_VERSION,
      [...dsns].map(([dbId, dsn]) => `${dbId}=${dsn}`),
      env,
    ),
  );
}

/** Starts our service with its own copies of a layout's databases. */
export function startOurs(
  templates: Templates,
  layout: Layout,
  name = 'ours',
  env: Environment = {},
): Promise<RunningSide> {
  return start(templates, layout, name, (dsns) => startSessionService({ ...serviceEnv(dsns), ...env }));
}

/** Our side as clients reach it: directly, or with `proxy` through a gateway that sends session routes to `ours` and all others to `agentOs`. */
export async function behindGateway(
  ours: RunningSide,
  agentOs: RunningSide | undefined,
  proxy: ProxyName | undefined,
): Promise<RunningSide> {
  if (proxy === undefined || agentOs === undefined) return ours;
  const gateway = await startGateway(proxy, { sessions: [ours.baseUrl], agentos: agentOs.baseUrl });
  const stop = async () => {
    await gateway.stop();
    await ours.stop();
  };
  return { ...ours, baseUrl: gateway.baseUrl, stop };
}

/** Waits for two servers that start at the same time. If one fails to start, stops the other and rejects. */
export async function bothStarted<First extends Stoppable, Second extends Stoppable | undefined>(
  ...starting: readonly [Promise<First>, Promise<Second>]
): Promise<[First, Second]> {
  const [first, second] = await Promise.allSettled(starting);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  const reasons = new Set<unknown>();
  for (const result of [first, second]) {
    if (result.status === 'fulfilled') await result.value?.stop();
    else reasons.add(result.reason);
  }
  throw new AggregateError(reasons);
}

/** Throws an error with the server's log when the server has exited, because all further cases would fail. */
export function assertRunning({ server, baseUrl }: RunningSide): void {
  if (server.ended()) throw new Error(`The server at ${baseUrl} has exited:\n${server.output()}`);
}

async function start(
  templates: Templates,
  layout: Layout,
  name: string,
  serve: (dsns: ReadonlyMap<string, string>) => Promise<ServerProcess>,
): Promise<RunningSide> {
  const dsns = await copiesFor(templates, layout, name);
  const server = await serve(dsns);
  const { databases, seeded } = await openDatabases(layout, dsns);
  return {
    server,
    layout,
    baseUrl: server.baseUrl,
    databases,
    seeded,
    stop: async () => {
      await Promise.all([...databases.values()].map((client) => client.end()));
      await server.stop();
    },
  };
}
