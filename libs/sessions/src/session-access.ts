import '@session-service/http';
import { Injectable } from '@nestjs/common';
import type { Caller } from '@session-service/auth';
import { type HttpProblem, problem } from '@session-service/contract';
import { DatabaseRegistry, type Deadline } from '@session-service/database';
import { SessionRepository } from '@session-service/storage';
import type { FastifyRequest } from 'fastify';

/** Tables beside the session table that AgentOS accepts as `table`; all of them still read sessions. */
const OTHER_ACCEPTED_TABLES = ['agno_memories', 'agno_metrics', 'agno_eval_runs', 'agno_knowledge', 'agno_learnings'];

/** The parameters that say where to look and whose sessions are meant; an empty db_id or table counts as absent. */
export interface SessionTarget {
  readonly dbId?: string | undefined;
  readonly table?: string | undefined;
  readonly userId?: string | undefined;
  /** Of a request that is to be refused: it gets to know first that its database does not exist. */
  readonly deferredProblem?: HttpProblem | undefined;
}

/** What a request reaches: one store, and in it the sessions of one user or of all. */
export interface ResolvedAccess {
  readonly store: SessionRepository;
  /** Undefined: anybody's. */
  readonly userId: string | undefined;
}

/** Decides which store a request means by `db_id` and `table`, and whose sessions it gets to see there. */
@Injectable()
export class SessionAccess {
  private readonly stores: ReadonlyMap<string, SessionRepository>;

  constructor(private readonly registry: DatabaseRegistry) {
    const { tables } = registry.options;
    this.stores = new Map(registry.all().map((database) => [database.id, new SessionRepository(database, tables)]));
  }

  /**
   * What a request may reach of what it wants; the access log gets to know its db_id. A caller who is isolated reaches
   * their own sessions, whatever user the request names.
   *
   * @throws HttpProblem beside those of the choice: 403 for a caller who is isolated and nobody
   * @throws DatabaseOverloaded
   */
  async resolve(request: FastifyRequest, wanted: SessionTarget): Promise<ResolvedAccess> {
    const { caller } = request;
    const store = await this.selectStore(wanted, caller, request.deadline);
    if (wanted.deferredProblem !== undefined) throw wanted.deferredProblem;
    if (caller.isIsolated && !caller.userId) throw problem(403, 'Authenticated request is missing a user identity');
    request.databaseId = store.database.id;
    store.database.rejectIfOverloaded();
    return { store, userId: caller.isIsolated ? caller.userId : wanted.userId };
  }

  /**
   * Errors: 400 for a table without db_id, or for no db_id where it is required; 404 for an unknown database or table.
   * A database that is closed to the caller answers like one that does not exist.
   */
  private async selectStore(
    { dbId, table }: SessionTarget,
    caller: Caller,
    deadline: Deadline,
  ): Promise<SessionRepository> {
    if (table && !dbId) throw problem(400, 'The db_id query parameter is required when passing a table');
    const id = dbId || this.defaultId();
    const isOpen = caller.databaseIds?.has(id) ?? true;
    if (!dbId && !isOpen) throw problem(403, 'Insufficient permissions for the default database');
    const store = isOpen ? this.stores.get(id) : undefined;
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

  private async hasTable(store: SessionRepository, table: string, deadline: Deadline): Promise<boolean> {
    const { sessionTable } = this.registry.options.tables;
    return [sessionTable, ...OTHER_ACCEPTED_TABLES].includes(table) && store.hasTable(table, deadline);
  }
}
