import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './database.js';
import type { DatabaseModuleOptions } from './database-options.js';

/** Every database of the map by its db_id. A database that is down does not keep the others from serving. */
@Injectable()
export class DatabaseRegistry implements OnApplicationShutdown {
  private readonly logger = new Logger('Database');
  private readonly databases: ReadonlyMap<string, Database>;

  constructor(readonly options: DatabaseModuleOptions) {
    this.databases = new Map(
      options.targets.map((target) => {
        const onIdleError = (error: Error) =>
          this.logger.warn(`Idle connection of '${target.id}' lost: ${error.message}`);
        return [target.id, new Database(target.id, target.dsn, options.pool, options.observer, onIdleError)];
      }),
    );
  }

  get(id: string): Database | undefined {
    return this.databases.get(id);
  }

  /** The database of requests without db_id, where AgentOS also keeps what belongs to no component. */
  default(): Database {
    const database = this.get(this.options.defaultId);
    if (database === undefined) throw new Error(`no database '${this.options.defaultId}' is configured`);
    return database;
  }

  all(): Database[] {
    return [...this.databases.values()];
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.all().map((database) => database.close()));
  }
}
