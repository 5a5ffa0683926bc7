import {
  type DynamicModule,
  type FactoryProvider,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { Database } from './database.js';
import type { DatabaseModuleOptions } from './database-options.js';
import type { DatabaseServer } from './database-server.js';
import { parseDsn } from './dsn/parse-dsn.js';

/** All databases of the DSN map by db_id. A database that is down does not affect the others. */
@Injectable()
export class DatabaseRegistry implements OnApplicationShutdown {
  private readonly logger = new Logger('Database');
  private readonly databases: ReadonlyMap<string, Database>;

  /** @param dataSources one per target, in the order of the targets */
  constructor(
    readonly options: DatabaseModuleOptions,
    private readonly dataSources: readonly DataSource[],
  ) {
    const { targets, pool, observer } = options;
    this.databases = new Map(
      targets.map((target, index) => [
        target.id,
        new Database(target, pool, observer, this.logger, dataSources[index]),
      ]),
    );
  }

  get(id: string): Database | undefined {
    return this.databases.get(id);
  }

  /** The TypeORM DataSource of a primary, initialized by its first statement. Also injectable: `@InjectDataSource(id)`. */
  dataSource(id: string): DataSource | undefined {
    return this.dataSources[this.options.targets.findIndex((target) => target.id === id)];
  }

  /** The database of requests without db_id. As in AgentOS, it also holds the service accounts. */
  default(): Database {
    const database = this.get(this.options.defaultId);
    if (database === undefined) throw new Error(`no database '${this.options.defaultId}' is configured`);
    return database;
  }

  all(): Database[] {
    return [...this.databases.values()];
  }

  /** Every server of every database, primaries and replicas. */
  servers(): DatabaseServer[] {
    return this.all().flatMap((database) => database.servers);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.all().map((database) => database.close()));
  }
}

export interface DatabaseModuleAsyncOptions
  extends Pick<FactoryProvider<DatabaseModuleOptions>, 'inject' | 'useFactory'> {
  /** The db_ids in the order of the targets: Nest needs the names of the DataSources before it runs the factory. */
  readonly ids: readonly string[];
}

const DATABASE_OPTIONS = Symbol('database options');

/**
 * Builds one TypeORM DataSource per entry of the DSN map and provides them through the registry. TypeOrmModule would
 * connect at start-up and fail if a server is down; here the first statement connects (`manualInitialization`).
 */
@Module({})
export class DatabaseModule {
  static forRootAsync({ ids, inject = [], useFactory }: DatabaseModuleAsyncOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: ids.map((name, index) =>
        TypeOrmModule.forRootAsync({
          name,
          inject,
          useFactory: async (...dependencies: unknown[]) => {
            const { targets, pool } = await useFactory(...dependencies);
            return { ...dataSourceOptions(parseDsn(targets[index]?.dsn ?? ''), pool), manualInitialization: true };
          },
        }),
      ),
      providers: [
        { provide: DATABASE_OPTIONS, inject, useFactory },
        {
          provide: DatabaseRegistry,
          inject: [DATABASE_OPTIONS, ...ids.map((id) => getDataSourceToken(id))],
          useFactory: (options: DatabaseModuleOptions, ...dataSources: DataSource[]) =>
            new DatabaseRegistry(options, dataSources),
        },
      ],
      exports: [DatabaseRegistry],
    };
  }
}
