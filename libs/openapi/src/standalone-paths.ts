import { ERROR_RESPONSES, type Paths, response } from './api-operations.js';
import {
  arraySchema,
  BOOLEAN,
  INTEGER,
  OBJECT,
  OBJECT_ARRAY,
  objectSchema,
  optional,
  propertiesOf,
  type Schema,
  type Schemas,
  STRING,
  schemaRef,
} from './schema-builders.js';

function readOperation(id: string, tag: string, summary: string, description: string, schema: Schema): Paths[string] {
  return {
    get: {
      tags: [tag],
      operationId: id,
      summary,
      description,
      security: [{ HTTPBearer: [] }],
      responses: { 200: response('OK', schema), ...ERROR_RESPONSES },
    },
  };
}

function listOperation(resource: string): Paths[string] {
  const title = `${resource.charAt(0).toUpperCase()}${resource.slice(1)}`;
  const description = `The ${resource} that have sessions which the caller may see, at most 1000 of each database.`;
  return readOperation(`get_${resource}`, title, `List ${resource}`, description, arraySchema(schemaRef('Component')));
}

/** The routes of AGNO_STANDALONE. Their schemas contain the members of AgentOS's that this service knows. */
export const STANDALONE_PATHS: Paths = {
  '/config': readOperation(
    'get_config',
    'Core',
    'Describe the service',
    'The databases, and the agents, teams and workflows that have sessions, as far as the caller may see them.',
    schemaRef('ConfigResponse'),
  ),
  '/agents': listOperation('agents'),
  '/teams': listOperation('teams'),
  '/workflows': listOperation('workflows'),
  '/info': {
    get: {
      tags: ['Core'],
      operationId: 'get_info',
      summary: 'Identify the service',
      description: 'Needs no token. Counts the components only if no request needs one.',
      responses: { 200: response('OK', schemaRef('InfoResponse')) },
    },
  },
};

const COMPONENT = {
  ...propertiesOf('id name db_id', STRING),
  sessions: OBJECT,
  ...propertiesOf('filesystem is_factory is_component sandboxed', BOOLEAN),
};

export const STANDALONE_SCHEMAS: Schemas = {
  Component: objectSchema(COMPONENT, ['id', 'name', 'db_id']),
  DatabaseConfig: objectSchema({ db_id: STRING, domain_config: OBJECT, tables: arraySchema(STRING) }, ['db_id']),
  SessionConfig: objectSchema({ dbs: arraySchema(schemaRef('DatabaseConfig')) }),
  ConfigResponse: objectSchema(
    {
      os_id: STRING,
      available_models: OBJECT_ARRAY,
      os_database: optional(STRING),
      databases: arraySchema(STRING),
      session: schemaRef('SessionConfig'),
      queue: OBJECT,
      ...propertiesOf('agents teams workflows', arraySchema(schemaRef('Component'))),
      interfaces: OBJECT_ARRAY,
      company: { type: 'null' },
    },
    ['os_id', 'databases', 'agents', 'teams', 'workflows', 'interfaces'],
  ),
  InfoResponse: objectSchema(
    {
      os_id: STRING,
      name: optional(STRING),
      ...propertiesOf('os_version agno_version', STRING),
      ...propertiesOf('agent_count team_count workflow_count', INTEGER),
      mcp: OBJECT,
      auth_mode: { type: 'string', enum: ['none', 'security_key', 'jwt'] },
      user_isolation: BOOLEAN,
    },
    ['os_id', 'os_version', 'agno_version'],
  ),
};
