import { type DynamicModule, Inject } from '@nestjs/common';
import { ConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import type { ServiceConfig } from './service-config.js';

/**
 * Offers the configuration to the whole application: as `@InjectServiceConfig()` and as `ConfigService.get('service')`.
 * It is loaded before Nest starts, because the HTTP adapter needs it; Nest reads no environment of its own.
 */
export function serviceConfigModule(config: ServiceConfig): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    cache: true,
    ignoreEnvFile: true,
    ignoreEnvVars: true,
    skipProcessEnv: true,
    load: [registerAs(NAMESPACE, () => config)],
  });
}

/** Injects the ServiceConfig. */
export function InjectServiceConfig(): ParameterDecorator {
  return Inject(SERVICE_CONFIG);
}

const NAMESPACE = 'service';

/** The provider token, for `useFactory` modules. */
export const SERVICE_CONFIG: string = getConfigToken(NAMESPACE);
