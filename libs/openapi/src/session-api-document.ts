import type { OpenAPIObject } from '@nestjs/swagger';
import { HEALTH_PATHS, RUN_PATHS, SESSION_PATHS } from './api-paths.js';
import { REQUEST_SCHEMAS, RESPONSE_SCHEMAS, RUN_SCHEMAS, SESSION_SCHEMAS } from './api-schemas.js';
import { EXPLORER_PATHS, EXPLORER_SCHEMAS } from './explorer-paths.js';
import { MESSAGE_PATHS, MESSAGE_SCHEMAS } from './message-paths.js';
import type { Schemas } from './schema-builders.js';
import { STANDALONE_PATHS, STANDALONE_SCHEMAS } from './standalone-paths.js';
import { USAGE_PATHS, USAGE_SCHEMAS } from './usage-paths.js';

/** Tells which routes exist that depend on the configuration. */
export interface OptionalRoutes {
  /** Those of AGNO_STANDALONE. */
  readonly isStandalone: boolean;
  /** Those of AGNO_EXPLORER. */
  readonly hasExplorer: boolean;
}

/**
 * The OpenAPI 3.1 document of this service. Operation ids, parameters and schemas are those of AgentOS 3.1.10, so that
 * a client generated from one document works with both services.
 *
 * @param routes by default all routes exist
 */
export function sessionApiDocument(
  { isStandalone, hasExplorer }: OptionalRoutes = { isStandalone: true, hasExplorer: true },
): OpenAPIObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'AgentOS session service',
      description:
        'Sessions and runs of AgentOS, from the same PostgreSQL tables. The version is that of the AgentOS API. ' +
        'Operations may also respond 503 when the database is unavailable or overloaded, and 504 after the time limit.',
      version: '3.1.10',
    },
    paths: {
      ...SESSION_PATHS,
      ...RUN_PATHS,
      ...MESSAGE_PATHS,
      ...USAGE_PATHS,
      ...HEALTH_PATHS,
      ...(isStandalone && STANDALONE_PATHS),
      ...(hasExplorer && EXPLORER_PATHS),
    },
    components: {
      schemas: withTitles({
        ...SESSION_SCHEMAS,
        ...RUN_SCHEMAS,
        ...MESSAGE_SCHEMAS,
        ...USAGE_SCHEMAS,
        ...REQUEST_SCHEMAS,
        ...RESPONSE_SCHEMAS,
        ...(isStandalone && STANDALONE_SCHEMAS),
        ...(hasExplorer && EXPLORER_SCHEMAS),
      }),
      securitySchemes: { HTTPBearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** Adds a title to each schema, because code generators derive class names from titles. */
function withTitles(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      { ...schema, title: name.replace(/^(PaginatedResponse)_(\w+)_$/, '$1[$2]') },
    ]),
  );
}
