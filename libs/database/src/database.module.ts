import { type DynamicModule, Module } from '@nestjs/common';
import type { DatabaseModuleOptions } from './database-options.js';
import { DatabaseRegistry } from './database-registry.js';

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
