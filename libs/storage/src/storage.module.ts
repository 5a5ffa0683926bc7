import { Module } from '@nestjs/common';
import { DatabaseRegistry } from '@session-service/database';
import { ServiceAccountRepository } from './service-account.repository.js';
import { SessionRepository } from './session.repository.js';

/** The session repository of each configured database, by db_id. */
export class SessionRepositories extends Map<string, SessionRepository> {}

/** Provides the repositories. AgentOS keeps service accounts in its default database only. */
@Module({
  providers: [
    {
      provide: SessionRepositories,
      inject: [DatabaseRegistry],
      useFactory: (registry: DatabaseRegistry) => {
        const { tables } = registry.options;
        return new SessionRepositories(
          registry.all().map((database) => [database.id, new SessionRepository(database, tables)]),
        );
      },
    },
    {
      provide: ServiceAccountRepository,
      inject: [DatabaseRegistry],
      useFactory: (registry: DatabaseRegistry) =>
        new ServiceAccountRepository(registry.default(), registry.options.tables),
    },
  ],
  exports: [SessionRepositories, ServiceAccountRepository],
})
export class StorageModule {}
