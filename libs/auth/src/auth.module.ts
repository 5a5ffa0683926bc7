import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { DatabaseRegistry } from '@session-service/database';
import { ServiceAccountRepository, StorageModule } from '@session-service/storage';
import { AccountVerifier } from './account-verifier.js';
import type { AuthOptions } from './auth-options.js';
import { Authenticator } from './authenticator.js';
import { IdentityFactory } from './identity.js';

/** Provides the Authenticator. `authentication.hook.ts` runs it for every request; there is no guard (ADR 5). */
@Module({})
export class AuthModule {
  static forRootAsync(options: Pick<FactoryProvider<AuthOptions>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: AuthModule,
      imports: [StorageModule],
      providers: [
        { provide: AUTH_OPTIONS, ...options },
        {
          provide: Authenticator,
          inject: [AUTH_OPTIONS, DatabaseRegistry, ServiceAccountRepository],
          useFactory: createAuthenticator,
        },
      ],
      exports: [Authenticator],
    };
  }
}

const AUTH_OPTIONS = Symbol('auth options');

function createAuthenticator(
  options: AuthOptions,
  registry: DatabaseRegistry,
  accounts: ServiceAccountRepository,
): Authenticator {
  const ids = registry.all().map(({ id }) => id);
  return new Authenticator(options, new IdentityFactory(options, ids), new AccountVerifier(accounts));
}
