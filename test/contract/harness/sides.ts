import type { ServerProcess } from '../../support/child-process.js';
import type { DatabaseServer } from '../../support/postgres.js';
import { startSessionService } from '../../support/session-service.js';
import type { Layout } from './case.js';
import { copiesFor, openDatabases, serviceEnv } from './layouts.js';
import type { Side } from './perform.js';
import { AGNO_VERSION, startAgentOs } from './python.js';

/** A running side, to be closed after its layout's cases. */
export interface RunningSide extends Side {
  readonly server: ServerProcess;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** A live AgentOS over its own copies of a layout's databases. */
export function startOracle(
  postgres: DatabaseServer,
  layout: Layout,
  name = 'oracle',
  env: Environment = {},
): Promise<RunningSide> {
  return start(postgres, layout, name, (dsns) =>
    startAgentOs(
      AGNO_VERSION,
      [...dsns].map(([dbId, dsn]) => `${dbId}=${dsn}`),
      env,
    ),
  );
}

/** Our service over its own copies of a layout's databases. */
export function startOurs(
  postgres: DatabaseServer,
  layout: Layout,
  name = 'ours',
  env: Environment = {},
): Promise<RunningSide> {
  return start(postgres, layout, name, (dsns) => startSessionService({ ...serviceEnv(dsns), ...env }));
}

async function start(
  postgres: DatabaseServer,
  layout: Layout,
  name: string,
  serve: (dsns: ReadonlyMap<string, string>) => Promise<ServerProcess>,
): Promise<RunningSide> {
  const dsns = await copiesFor(postgres, layout, name);
  const server = await serve(dsns);
  const { databases, seeded } = await openDatabases(layout, dsns);
  return {
    server,
    layout,
    baseUrl: server.baseUrl,
    databases,
    seeded,
    close: async () => {
      await Promise.all([...databases.values()].map((client) => client.end()));
      await server.stop();
    },
  };
}
