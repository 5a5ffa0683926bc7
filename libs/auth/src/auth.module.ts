import { DatabaseRegistry } from '@agno/database';
import { ServiceAccounts } from '@agno/storage';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountVerifier } from './accounts/account-verifier.js';
import type { AuthOptions } from './auth-options.js';
import { Gatekeeper } from './gatekeeper.js';
import { Identities } from './identities.js';

/** Offers the gatekeeper, which `guardRequests` puts before every request. */
@Module({})
export class AuthModule {
  static forRoot(options: AuthOptions): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        {
          provide: Gatekeeper,
          inject: [DatabaseRegistry],
          useFactory: (registry: DatabaseRegistry) => gatekeeper(options, registry),
        },
      ],
      exports: [Gatekeeper],
    };
  }
}

/** Service accounts are kept in the default database: AgentOS has one for its own needs. */
function gatekeeper(options: AuthOptions, registry: DatabaseRegistry): Gatekeeper {
  const database = registry.default();
  const ids = registry.all().map(({ id }) => id);
  const accounts = new AccountVerifier(new ServiceAccounts(database, registry.options.tables));
  return new Gatekeeper(options, new Identities(options, ids), accounts);
}
