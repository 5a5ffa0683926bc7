import type { OpenAPIObject } from '@nestjs/swagger';
import { HEALTH_PATHS, RUN_PATHS, SESSION_PATHS } from './api-paths.js';
import { REQUEST_SCHEMAS, RESPONSE_SCHEMAS, RUN_SCHEMAS, SESSION_SCHEMAS } from './api-schemas.js';
import type { Schemas } from './schema-builders.js';

/**
 * The OpenAPI 3.1 document of this service: operation ids, parameters and schemas of AgentOS 3.1.10, so that a client
 * generated from either document works with both.
 */
export function sessionApiDocument(): OpenAPIObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'AgentOS session service',
      description:
        'Sessions and runs of AgentOS, from the same PostgreSQL tables. The version is that of the AgentOS contract. ' +
        'Beyond what the operations name, 503 says that the database cannot be reached and 504 that it took too long.',
      version: '3.1.10',
    },
    paths: { ...SESSION_PATHS, ...RUN_PATHS, ...HEALTH_PATHS },
    components: {
      schemas: withTitles({ ...SESSION_SCHEMAS, ...RUN_SCHEMAS, ...REQUEST_SCHEMAS, ...RESPONSE_SCHEMAS }),
      securitySchemes: { HTTPBearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** Generators name their classes after titles. */
function withTitles(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, title: titleOf(name) }]),
  );
}

function titleOf(name: string): string {
  return name.replace(/^(PaginatedResponse)_(\w+)_$/, '$1[$2]');
}
