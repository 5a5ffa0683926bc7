import '@session-service/http';
import { Injectable } from '@nestjs/common';
import { type Caller, mayUse, ownerOf } from '@session-service/auth';
import { type HttpProblem, problem } from '@session-service/contract';
import { DatabaseRegistry, type Deadline } from '@session-service/database';
import { SessionRepositories, type SessionRepository, type SessionScope } from '@session-service/storage';
import type { FastifyRequest } from 'fastify';

/**
 * Tables besides the session table that AgentOS accepts as `table`. Whichever is named, sessions are read from the
 * session table.
 */
const OTHER_ACCEPTED_TABLES = ['agno_memories', 'agno_metrics', 'agno_eval_runs', 'agno_knowledge', 'agno_learnings'];

/** The parameters that select a database and a user. An empty db_id or table counts as absent. */
export interface SessionTarget {
  readonly dbId?: string | undefined;
  readonly table?: string | undefined;
  readonly userId?: string | undefined;
  /** 422 for input that AgentOS accepts but fails on later. Thrown after the 404 of an unknown database. */
  readonly deferredProblem?: HttpProblem | undefined;
}

/** The sessions that a request may access, its caller and its limits. Created once per request by SessionAccess. */
export interface SessionContext extends SessionScope {
  readonly repository: SessionRepository;
  readonly caller: Caller;
}

/** Resolves `db_id`, `table` and `user_id` of a request to its SessionContext, or rejects the request. */
@Injectable()
export class SessionAccess {
  constructor(
    private readonly registry: DatabaseRegistry,
    private readonly repositories: SessionRepositories,
  ) {}

  /**
   * Isolated callers always get their own sessions; their `user_id` parameter is ignored.
   *
   * @throws HttpProblem 400 table without db_id, or db_id missing where it is required; 403 isolated caller without a
   *   user id, or default database closed to the caller; 404 unknown database or table. A database that is closed to
   *   the caller is reported like an unknown database.
   * @throws DatabaseOverloaded 503, when the connection queue is full
   */
  async resolve(request: FastifyRequest, target: SessionTarget): Promise<SessionContext> {
    const { caller, deadline, memory } = request;
    const { dbId, table, userId, deferredProblem } = target;
    if (table && !dbId) throw problem(400, 'The db_id query parameter is required when passing a table');
    const repository = this.selectRepository(dbId, caller);
    const { database } = repository;
    if (table && !(await this.hasTable(repository, table, deadline))) {
      throw problem(404, `No database with id '${dbId}' has table '${table}'`);
    }
    if (deferredProblem !== undefined) throw deferredProblem;
    const owner = ownerOf(caller);
    request.databaseId = database.id;
    database.rejectIfOverloaded();
    return { repository, caller, userId: owner ?? userId, deadline, memory };
  }

  private selectRepository(dbId: string | undefined, caller: Caller): SessionRepository {
    const id = dbId || this.defaultId();
    const isOpen = mayUse(caller, id);
    if (!dbId && !isOpen) throw problem(403, 'Insufficient permissions for the default database');
    const repository = isOpen ? this.repositories.get(id) : undefined;
    if (repository === undefined) throw problem(404, `No database found with id '${dbId}'`);
    return repository;
  }

  private defaultId(): string {
    const { requireId, defaultId } = this.registry.options;
    if (requireId && this.repositories.size > 1) {
      throw problem(400, 'The db_id query parameter is required when using multiple databases');
    }
    return defaultId;
  }

  /** The session table counts as present before it exists, since AgentOS creates it when it starts. */
  private async hasTable(repository: SessionRepository, table: string, deadline: Deadline): Promise<boolean> {
    if (table === this.registry.options.tables.sessionTable) return true;
    return OTHER_ACCEPTED_TABLES.includes(table) && (await repository.hasTable(table, deadline));
  }
}
