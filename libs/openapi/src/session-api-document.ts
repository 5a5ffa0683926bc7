import type { OpenAPIObject } from '@nestjs/swagger';
import { HEALTH_PATHS } from './operations/health-paths.js';
import { RUN_PATHS } from './operations/run-paths.js';
import { SESSION_PATHS } from './operations/session-paths.js';
import type { Schemas } from './schema-kinds.js';
import { RESPONSE_SCHEMAS } from './schemas/answer-schemas.js';
import { REQUEST_SCHEMAS } from './schemas/request-schemas.js';
import { RUN_SCHEMAS } from './schemas/run-schemas.js';
import { SESSION_SCHEMAS } from './schemas/session-schemas.js';

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
