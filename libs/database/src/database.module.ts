import { type DynamicModule, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './database.js';
import type { DatabaseModuleOptions } from './database-options.js';
import type { DatabaseServer } from './database-server.js';

/** Every database of the map by its db_id. A database that is down does not keep the others from serving. */
@Injectable()
export class DatabaseRegistry implements OnApplicationShutdown {
  private readonly logger = new Logger('Database');
  private readonly databases: ReadonlyMap<string, Database>;

  constructor(readonly options: DatabaseModuleOptions) {
    this.databases = new Map(
      options.targets.map((target) => [target.id, new Database(target, options.pool, options.observer, this.logger)]),
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

  /** Every server of every database, by what figures call it. */
  servers(): DatabaseServer[] {
    return this.all().flatMap((database) => database.servers);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.all().map((database) => database.close()));
  }
}

/** Builds one TypeORM DataSource per entry of the DSN map and offers them through the registry. */
@Module({})
export class DatabaseModule {
  static forRoot(options: DatabaseModuleOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DatabaseRegistry, useFactory: () => new DatabaseRegistry(options) }],
      exports: [DatabaseRegistry],
    };
  }
}
