import { ERROR_RESPONSES, type Paths, response } from './api-operations.js';
import { arraySchema, BOOLEAN, objectSchema, optional, type Schemas, STRING, schemaRef } from './schema-builders.js';

/** The routes of AGNO_EXPLORER, which AgentOS does not have. */
export const EXPLORER_PATHS: Paths = {
  '/explorer/sign-in': {
    get: {
      tags: ['Explorer'],
      operationId: 'get_explorer_sign_in',
      summary: 'How to sign in',
      description: 'The authentication mode, and where requests may carry their token. Needs no token.',
      responses: { 200: response('OK', schemaRef('ExplorerSignIn')) },
    },
  },
  '/explorer/whoami': {
    get: {
      tags: ['Explorer'],
      operationId: 'get_explorer_whoami',
      summary: 'Describe the caller',
      description: 'The user and the scopes of the caller, and the databases that the caller may use. Needs no scope.',
      security: [{ HTTPBearer: [] }],
      responses: { 200: response('OK', schemaRef('ExplorerCaller')), 401: ERROR_RESPONSES[401] },
    },
  },
};

const MODE = { ...STRING, enum: ['none', 'security_key', 'jwt'] };

export const EXPLORER_SCHEMAS: Schemas = {
  ExplorerSignIn: objectSchema(
    {
      mode: MODE,
      header: { ...BOOLEAN, description: 'The token may be in the Authorization header' },
      cookie: { ...BOOLEAN, description: 'The token may be in a cookie' },
    },
    ['mode', 'header', 'cookie'],
  ),
  ExplorerDatabase: objectSchema({ id: STRING, is_default: BOOLEAN }, ['id', 'is_default']),
  ExplorerCaller: objectSchema(
    {
      mode: MODE,
      user_id: optional(STRING),
      scopes: {
        ...optional(arraySchema(STRING)),
        description: 'The scopes that limit the caller; null if none do, as for administrators',
      },
      isolated: { ...BOOLEAN, description: 'The caller sees only their own sessions' },
      databases: arraySchema(schemaRef('ExplorerDatabase')),
    },
    ['mode', 'user_id', 'scopes', 'isolated', 'databases'],
  ),
};
