import { problem } from '@agno/contract';
import { DatabaseRegistry, type Deadline } from '@agno/database';
import '@agno/http';
import { SessionStore } from '@agno/storage';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Tables beside the session table that AgentOS accepts as `table`; all of them still read sessions. */
const OTHER_TABLES = ['agno_memories', 'agno_metrics', 'agno_eval_runs', 'agno_knowledge', 'agno_learnings'];

/** The parameters that say where to look; empty ones count as absent. */
export interface DatabaseChoice {
  readonly dbId?: string | undefined;
  readonly table?: string | undefined;
}

/** Chooses the store that a request means by `db_id` and `table`. */
@Injectable()
export class SessionStores {
  private readonly stores: ReadonlyMap<string, SessionStore>;

  constructor(private readonly registry: DatabaseRegistry) {
    const { tables } = registry.options;
    this.stores = new Map(registry.all().map((database) => [database.id, new SessionStore(database, tables)]));
  }

  /** The store that a request asks for; the access log gets to know its db_id. */
  async of(request: FastifyRequest, { dbId, table }: DatabaseChoice): Promise<SessionStore> {
    const store = await this.choose(dbId, table, request.deadline);
    request.databaseId = store.database.id;
    return store;
  }

  /**
   * Errors: 400 for a table without db_id, or for no db_id where it is required; 404 for an unknown database or table.
   * Empty values count as absent.
   */
  private async choose(dbId: string | undefined, table: string | undefined, deadline: Deadline): Promise<SessionStore> {
    if (table && !dbId) throw problem(400, 'The db_id query parameter is required when passing a table');
    const store = this.stores.get(dbId || this.defaultId());
    if (store === undefined) throw problem(404, `No database found with id '${dbId}'`);
    if (table && !(await this.hasTable(store, table, deadline))) {
      throw problem(404, `No database with id '${dbId}' has table '${table}'`);
    }
    return store;
  }

  private defaultId(): string {
    const { requireId, defaultId } = this.registry.options;
    if (requireId && this.stores.size > 1) {
      throw problem(400, 'The db_id query parameter is required when using multiple databases');
    }
    return defaultId;
  }

  private async hasTable(store: SessionStore, table: string, deadline: Deadline): Promise<boolean> {
    const { sessionTable } = this.registry.options.tables;
    return [sessionTable, ...OTHER_TABLES].includes(table) && store.hasTable(table, deadline);
  }
}
