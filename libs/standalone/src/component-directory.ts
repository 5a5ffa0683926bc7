import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Caller, mayUse, ownerOf } from '@session-service/auth';
import { type Component, RESOURCE_OF } from '@session-service/contract';
import {
  type Deadline,
  RequestCoalescer,
  StatementTimedOut,
  TimeLimitExceeded,
  withTimeLimit,
} from '@session-service/database';
import { type ComponentRow, LruMap, SessionRepositories, type SessionRepository } from '@session-service/storage';
import { STANDALONE_OPTIONS, type StandaloneOptions } from './standalone-options.js';

/** Time in milliseconds for which the components of a database are remembered. */
const MAX_AGE_MS = 60_000;

/** Maximum number of remembered results, one per database and user. */
const MAX_RESULTS = 256;

/** Results of more characters are not remembered: together they would take more than 64 MB. */
const MAX_REMEMBERED_CHARACTERS = 262_144;

interface Remembered {
  readonly rows: readonly ComponentRow[];
  readonly staleAt: number;
}

/** The components of the databases that responded. */
export interface FoundComponents {
  readonly components: readonly Component[];
  /** The error of a database, if none responded. */
  readonly failure: unknown;
}

/** Finds the components that have sessions, each of which AgentOS would have registered. */
@Injectable()
export class ComponentDirectory {
  private readonly logger = new Logger(ComponentDirectory.name);
  private readonly remembered = new LruMap<Remembered>(MAX_RESULTS);
  private readonly coalescer = new RequestCoalescer<readonly ComponentRow[]>();

  constructor(
    private readonly repositories: SessionRepositories,
    @Inject(STANDALONE_OPTIONS) private readonly options: StandaloneOptions,
  ) {}

  /**
   * The components that the caller may see, in the order of the databases. A database that fails or takes too long is left
   * out, so that one that is down does not hide the others.
   *
   * @throws HttpProblem 403 isolated caller without a user id
   */
  async find(caller: Caller, deadline: Deadline): Promise<FoundComponents> {
    const owner = ownerOf(caller);
    const permitted = [...this.repositories.values()].filter(({ database }) => mayUse(caller, database.id));
    const results = await Promise.allSettled(
      permitted.map((repository) => this.componentsOf(repository, owner, deadline)),
    );
    const failed = results.filter((result) => result.status === 'rejected');
    const components = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    return {
      components: components.filter(({ type, id }) => isReadable(caller, type, id)),
      failure: failed.length === results.length ? failed[0]?.reason : undefined,
    };
  }

  private async componentsOf(
    repository: SessionRepository,
    owner: string | undefined,
    deadline: Deadline,
  ): Promise<Component[]> {
    const { id: dbId } = repository.database;
    try {
      const rows = await this.rowsOf(repository, owner, deadline);
      return rows.map(({ type, id, name }) => ({ type, id, name: name || id, dbId }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!deadline.hasExpired) this.logger.warn(`A response lacks the components of database '${dbId}': ${reason}`);
      throw error instanceof TimeLimitExceeded ? new StatementTimedOut(dbId) : error;
    }
  }

  private rowsOf(
    repository: SessionRepository,
    owner: string | undefined,
    deadline: Deadline,
  ): Promise<readonly ComponentRow[]> {
    const key = JSON.stringify([repository.database.id, owner]);
    const known = this.recall(key);
    if (known !== undefined) return Promise.resolve(known);
    return withTimeLimit(this.options.timeLimitMs, (limit) => {
      deadline.onExpired(() => limit.expire());
      // Requests that waited for another one find what that one has read.
      return this.coalescer.run(key, limit, async (shared) => {
        return this.recall(key) ?? this.remember(key, await repository.components(owner, shared));
      });
    });
  }

  private recall(key: string): readonly ComponentRow[] | undefined {
    const entry = this.remembered.get(key);
    return entry !== undefined && performance.now() < entry.staleAt ? entry.rows : undefined;
  }

  /** An empty result is not remembered, so that the component of a first session shows at once. */
  private remember(key: string, rows: readonly ComponentRow[]): readonly ComponentRow[] {
    const characters = rows.reduce((sum, { id, name }) => sum + id.length + (name?.length ?? 0), key.length);
    if (rows.length > 0 && characters <= MAX_REMEMBERED_CHARACTERS) {
      this.remembered.set(key, { rows, staleAt: performance.now() + MAX_AGE_MS });
    }
    return rows;
  }
}

function isReadable({ components }: Caller, type: Component['type'], id: string): boolean {
  const readable = components[RESOURCE_OF[type]];
  return readable === 'all' || readable.has(id);
}
