import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseRegistry } from '@session-service/database';
import { ServiceAccountRepository } from '@session-service/storage';
import { AccountVerifier } from './account-verifier.js';
import type { AuthOptions } from './auth-options.js';
import { Authenticator } from './authenticator.js';
import { IdentityFactory } from './identity.js';

/** Offers the gatekeeper, which `guardRequests` puts before every request. */
@Module({})
export class AuthModule {
  static forRoot(options: AuthOptions): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        {
          provide: Authenticator,
          inject: [DatabaseRegistry],
          useFactory: (registry: DatabaseRegistry) => createAuthenticator(options, registry),
        },
      ],
      exports: [Authenticator],
    };
  }
}

/** Service accounts are kept in the default database: AgentOS has one for its own needs. */
function createAuthenticator(options: AuthOptions, registry: DatabaseRegistry): Authenticator {
  const database = registry.default();
  const ids = registry.all().map(({ id }) => id);
  const accounts = new AccountVerifier(new ServiceAccountRepository(database, registry.options.tables));
  return new Authenticator(options, new IdentityFactory(options, ids), accounts);
}
