import pg from 'pg';
import type { KillablePostgres } from '../support/killable-postgres.js';

/** Clients that use up all connections of a server, so that the service gets none. */
interface OtherClients {
  /** Opens all free connections, and all that become free when the statement `terminateAll` terminates clients. */
  takeAll(terminateAll: string): Promise<void>;
  leave(): Promise<void>;
}

export async function occupyConnections(postgres: KillablePostgres): Promise<OtherClients> {
  const others: pg.Client[] = [];
  const open = async () => {
    const client = new pg.Client({ connectionString: postgres.databases.url('postgres') });
    client.on('error', () => undefined);
    return client.connect().then(
      () => others.push(client) > 0,
      () => false,
    );
  };
  const keeper = new pg.Client({ connectionString: postgres.databases.url('postgres') });
  await keeper.connect();
  return {
    takeAll: async (terminateAll) => {
      // The terminated clients reconnect and compete for the free connections. Repeats until none is left to terminate.
      for (let ended: number | null = 1; ended !== 0; ) {
        while (await open());
        ended = (await keeper.query(terminateAll)).rowCount;
      }
    },
    leave: async () => {
      await Promise.all([keeper, ...others].map((client) => client.end()));
    },
  };
}
