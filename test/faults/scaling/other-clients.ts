import pg from 'pg';
import type { KillablePostgres } from '../support/killable-postgres.js';

/** Other clients of a server, who leave it no connection to give. */
export interface OtherClients {
  /** Takes every connection, also those of `endAll`, a statement that ends the connections of somebody. */
  takeAll(endAll: string): Promise<void>;
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
    takeAll: async (endAll) => {
      // Whoever is quicker gets a connection that was ended: until nobody is left to be ended.
      for (let ended: number | null = 1; ended !== 0; ) {
        while (await open());
        ended = (await keeper.query(endAll)).rowCount;
      }
    },
    leave: async () => {
      await Promise.all([keeper, ...others].map((client) => client.end()));
    },
  };
}
