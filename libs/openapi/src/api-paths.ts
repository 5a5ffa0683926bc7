import {
  CHAT_HISTORY,
  DB_ID,
  DELETE_MEDIA,
  IF_EXISTS,
  IF_MATCH,
  IF_NONE_MATCH,
  jsonContent,
  LIST_ADDITIONS,
  LIST_FILTERS,
  LIST_ORDER,
  NEW_SESSION_TYPE,
  type Paths,
  PRECONDITION_FAILED,
  PREVIEW_INCLUDE,
  REDIRECT,
  RUN_ADDITIONS,
  RUN_FILTERS,
  RUN_ID,
  response,
  revalidatedResponses,
  SESSION_ID,
  SESSION_TYPE,
  STORAGE_KEY,
  sessionOperation,
  TABLE,
  TARGET_PARAMETERS,
  TIME_FILTERS,
  taggedResponse,
  USER_ID,
  VIEW,
} from './api-operations.js';
import { RUN_OF_ANY_KIND } from './api-schemas.js';
import { anyOf, arraySchema, schemaRef } from './schema-builders.js';

const SESSION_DETAILS = [
  schemaRef('AgentSessionDetailSchema'),
  schemaRef('TeamSessionDetailSchema'),
  schemaRef('WorkflowSessionDetailSchema'),
];
const SESSION_DETAIL = anyOf(...SESSION_DETAILS);

/** PATCH of this type merges instead of replacing. */
const MERGE_PATCH_CONTENT = { 'application/merge-patch+json': { schema: schemaRef('UpdateSessionRequest') } };

export const SESSION_PATHS: Paths = {
  '/sessions': {
    get: sessionOperation({
      operationId: 'get_sessions',
      summary: 'List sessions',
      description:
        'One page of sessions, by default the newest first, with the total number of matching sessions. With `cursor`, ' +
        'pages neither skip nor repeat a session while others change. `metadata.<key>=<value>`, which may be repeated, ' +
        'selects sessions by a member of their metadata.',
      parameters: [...LIST_FILTERS, ...LIST_ORDER, DB_ID, TABLE, ...LIST_ADDITIONS],
      responses: { 200: response('A page of sessions', schemaRef('PaginatedResponse_SessionSchema_')) },
    }),
    post: sessionOperation({
      operationId: 'create_session',
      summary: 'Create a session',
      description:
        'Stores a new session. All members of the body are optional. `runs` and `summary` import the history of an ' +
        'existing conversation; AgentOS ignores them. The request is applied completely or not at all.',
      parameters: [NEW_SESSION_TYPE, DB_ID, IF_EXISTS],
      body: { content: jsonContent({ ...schemaRef('CreateSessionRequest'), default: {} }) },
      responses: {
        200: response('The existing session, with `if_exists=do_nothing`', SESSION_DETAIL),
        201: response('The new session', SESSION_DETAIL),
        409: { description: 'The session_id is taken' },
      },
    }),
    delete: sessionOperation({
      operationId: 'delete_sessions',
      summary: 'Delete several sessions',
      description: 'Permanently deletes the sessions and their runs. Unknown ids are ignored.',
      parameters: [...TARGET_PARAMETERS, DELETE_MEDIA],
      body: { required: true, content: jsonContent(schemaRef('DeleteSessionRequest')) },
      responses: { 204: { description: 'Deleted' } },
    }),
  },
  '/sessions/search': {
    post: sessionOperation({
      operationId: 'search_sessions',
      summary: 'Search sessions',
      description:
        'The sessions that a filter of AgentOS matches, as `POST /traces/search` takes it. Comparisons: `EQ`, `NEQ`, `GT`, ' +
        '`GTE`, `LT`, `LTE`, `CONTAINS`, `STARTSWITH` with `key` and `value`, `IN` with `key` and `values`; `AND`, `OR` with ' +
        '`conditions`, `NOT` with `condition`. Keys: the ids, `session_type`, `session_name`, `created_at`, `updated_at`, ' +
        'and paths such as `metadata.a.b`. AgentOS does not have this operation.',
      parameters: [...LIST_FILTERS, DB_ID, TABLE, ...TIME_FILTERS],
      body: { required: true, content: jsonContent(schemaRef('SearchSessionsRequest')) },
      responses: { 200: response('A page of sessions', schemaRef('PaginatedResponse_SessionSchema_')) },
    }),
  },
  '/sessions/{session_id}': {
    get: sessionOperation({
      operationId: 'get_session_by_id',
      summary: 'Read a session',
      description: 'The session with its chat history, in the schema of its type.',
      parameters: [SESSION_ID, SESSION_TYPE, ...TARGET_PARAMETERS, VIEW, CHAT_HISTORY, IF_NONE_MATCH],
      responses: revalidatedResponses('The session', anyOf(...SESSION_DETAILS, schemaRef('EditableSessionSchema'))),
    }),
    delete: sessionOperation({
      operationId: 'delete_session',
      summary: 'Delete a session',
      description: 'Permanently deletes the session and its runs. An unknown id is ignored.',
      parameters: [SESSION_ID, ...TARGET_PARAMETERS, DELETE_MEDIA, IF_MATCH],
      responses: { 204: { description: 'Deleted' }, ...PRECONDITION_FAILED },
    }),
    patch: sessionOperation({
      operationId: 'update_session',
      summary: 'Update a session',
      description:
        'Replaces the members that the body contains. Null and absent members do not change. As ' +
        '`application/merge-patch+json`, metadata and session_state are merged with the stored objects (RFC 7396).',
      parameters: [SESSION_ID, SESSION_TYPE, ...TARGET_PARAMETERS, IF_MATCH],
      body: { required: true, content: { ...jsonContent(schemaRef('UpdateSessionRequest')), ...MERGE_PATCH_CONTENT } },
      responses: { 200: taggedResponse('The updated session', SESSION_DETAIL), ...PRECONDITION_FAILED },
    }),
  },
  '/sessions/{session_id}/media/{storage_key}': {
    get: sessionOperation({
      operationId: 'get_session_media',
      summary: 'Fetch media of a session',
      description: 'Responds 503: this service has no media storage. Let a gateway send this path to AgentOS.',
      parameters: [SESSION_ID, STORAGE_KEY, SESSION_TYPE, ...TARGET_PARAMETERS, REDIRECT],
      responses: { 503: { description: 'Media storage is not configured' } },
    }),
  },
  '/sessions/{session_id}/rename': {
    post: sessionOperation({
      operationId: 'rename_session',
      summary: 'Rename a session',
      description: 'Sets the name of the session. `updated_at` does not change.',
      parameters: [SESSION_ID, SESSION_TYPE, ...TARGET_PARAMETERS, IF_MATCH],
      body: { required: true, content: jsonContent(schemaRef('Body_rename_session')) },
      responses: { 200: taggedResponse('The renamed session', SESSION_DETAIL), ...PRECONDITION_FAILED },
    }),
  },
};

const RUN_LIST_PARAMETERS = [
  SESSION_ID,
  SESSION_TYPE,
  USER_ID,
  ...RUN_FILTERS,
  DB_ID,
  TABLE,
  ...RUN_ADDITIONS,
  IF_NONE_MATCH,
];

export const RUN_PATHS: Paths = {
  '/sessions/{session_id}/runs': {
    get: sessionOperation({
      operationId: 'get_session_runs',
      summary: 'List the runs of a session',
      description:
        'All runs in full, in the order in which they were stored. With `page` or `cursor`, a page of them; with ' +
        '`cursor`, pages neither skip nor repeat a run while others change.',
      parameters: RUN_LIST_PARAMETERS,
      responses: revalidatedResponses(
        'The runs',
        anyOf(arraySchema(RUN_OF_ANY_KIND), schemaRef('PaginatedResponse_RunSchema_')),
      ),
    }),
  },
  '/sessions/{session_id}/run-previews': {
    get: sessionOperation({
      operationId: 'get_session_run_previews',
      summary: 'List previews of the runs of a session',
      description:
        'The ids, the status and the first 280 characters of the input and the content of each run. With `page` or ' +
        '`cursor`, a page of them.',
      parameters: [...RUN_LIST_PARAMETERS, PREVIEW_INCLUDE],
      responses: revalidatedResponses(
        'The previews',
        anyOf(
          arraySchema(schemaRef('SessionRunPreviewSchema')),
          schemaRef('PaginatedResponse_SessionRunPreviewSchema_'),
        ),
      ),
    }),
  },
  '/sessions/{session_id}/runs/{run_id}': {
    get: sessionOperation({
      operationId: 'get_session_run',
      summary: 'Read a run',
      description: 'One run in full, in the schema of its kind: agent, team or workflow.',
      parameters: [SESSION_ID, RUN_ID, SESSION_TYPE, ...TARGET_PARAMETERS, IF_NONE_MATCH],
      responses: revalidatedResponses('The run', RUN_OF_ANY_KIND),
    }),
  },
};

export const HEALTH_PATHS: Paths = {
  '/health': {
    get: {
      tags: ['Health'],
      summary: 'Health check of AgentOS',
      description: 'Responds with the status and the start time of the service.',
      operationId: 'health_check',
      responses: { 200: response('The service is running', schemaRef('HealthResponse')) },
    },
  },
  '/healthz': {
    get: {
      tags: ['Health'],
      summary: 'Liveness probe',
      description: 'Responds without querying any database.',
      operationId: 'healthz',
      responses: { 200: response('The process is running', schemaRef('HealthzResponse')) },
    },
  },
};
