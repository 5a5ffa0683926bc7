import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseRegistry } from '@session-service/database';
import { ServiceAccountRepository, StorageModule } from '@session-service/storage';
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
      imports: [StorageModule],
      providers: [
        {
          provide: Authenticator,
          inject: [DatabaseRegistry, ServiceAccountRepository],
          useFactory: (registry: DatabaseRegistry, accounts: ServiceAccountRepository) =>
            createAuthenticator(options, registry, accounts),
        },
      ],
      exports: [Authenticator],
    };
  }
}

function createAuthenticator(
  options: AuthOptions,
  registry: DatabaseRegistry,
  accounts: ServiceAccountRepository,
): Authenticator {
  const ids = registry.all().map(({ id }) => id);
  return new Authenticator(options, new IdentityFactory(options, ids), new AccountVerifier(accounts));
}
