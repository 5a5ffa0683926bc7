import type { OpenAPIObject } from '@nestjs/swagger';
import { arraySchema, INTEGER, optional, type Schema, STRING, schemaRef } from './schema-builders.js';

export type Paths = OpenAPIObject['paths'];
export type Operation = NonNullable<Paths[string]['get']>;
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>;
type Responses = Operation['responses'];

/** Completes a session operation with the tag, the authentication and the error responses that all of them have. */
export function sessionOperation(operation: {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: Parameter[];
  readonly body?: NonNullable<Operation['requestBody']>;
  readonly responses: Responses;
}): Operation {
  const { body, responses, parameters, ...rest } = operation;
  const hasSessionId = parameters.includes(SESSION_ID);
  return {
    tags: ['Sessions'],
    ...rest,
    parameters: hasSessionId ? [...parameters, ID_IN_QUERY] : parameters,
    security: [{ HTTPBearer: [] }],
    ...(body !== undefined && { requestBody: body }),
    responses: { ...responses, ...ERROR_RESPONSES },
  };
}

/** The `content` of a JSON request or response body. */
export function jsonContent(schema: Schema): { 'application/json': { schema: Schema } } {
  return { 'application/json': { schema } };
}

export function response(description: string, schema: Schema): Responses[string] {
  return { description, content: jsonContent(schema) };
}

/** A response that may have the ETag of the session's editable view. */
export function taggedResponse(description: string, schema: Schema): Responses[string] {
  const headers = { ETag: { description: 'Strong ETag of the view `editable` of the session', schema: STRING } };
  return { description, headers, content: jsonContent(schema) };
}

const REVALIDATION_HEADERS = {
  ETag: {
    description:
      'Of the rows that the response shows: with `If-None-Match`, and always if AgentOS has no such response. Large pages have none',
    schema: STRING,
  },
  'Cache-Control': { description: '`private, no-cache`, with the ETag', schema: STRING },
};

/** The responses to a read that `If-None-Match` makes conditional. */
export function revalidatedResponses(description: string, schema: Schema): Responses {
  return {
    200: { description, headers: REVALIDATION_HEADERS, content: jsonContent(schema) },
    304: {
      description: 'The client has the current response: If-None-Match contains its ETag',
      headers: REVALIDATION_HEADERS,
    },
  };
}

export const ERROR_RESPONSES: Responses = {
  400: response('The parameters contradict each other, or a status is unknown', schemaRef('BadRequestResponse')),
  401: response('The credentials are missing or invalid', schemaRef('UnauthenticatedResponse')),
  404: response('The database, table, session or run does not exist', schemaRef('NotFoundResponse')),
  422: response('A parameter or the body does not match its schema', schemaRef('ValidationErrorResponse')),
  500: response('Internal error; see the log of the service', schemaRef('InternalServerErrorResponse')),
};

export const SESSION_ID = pathParameter('session_id', 'Id of the session, or `-` with the parameter `id`');
const ID_IN_QUERY = queryParameter(
  'id',
  STRING,
  'Id of the session if the path names `-`: for ids with a slash, which a path cannot contain',
);
export const STORAGE_KEY = pathParameter('storage_key', 'Key of the media in the storage; may contain slashes');
export const RUN_ID = pathParameter('run_id', 'Id of the run');

export const DB_ID = queryParameter('db_id', optional(STRING), 'Id of the database; the default database if omitted');
export const TABLE = queryParameter('table', optional(STRING), 'Name of the session table; requires db_id');
export const USER_ID = queryParameter('user_id', optional(STRING), 'Only sessions of this user');
export const SESSION_TYPE = queryParameter(
  'type',
  optional(schemaRef('SessionType')),
  "Type whose schema the response follows; the session's own type if omitted",
);
export const DELETE_MEDIA = queryParameter(
  'delete_media',
  { type: 'boolean', default: false },
  'Also delete media outside the database; true responds 503, because this service has no media storage',
);

export const REDIRECT = queryParameter(
  'redirect',
  { type: 'boolean', default: false },
  'Redirect to the media storage instead of sending the media',
);

/** The parameters that select the user, the database and the table. */
export const TARGET_PARAMETERS = [USER_ID, DB_ID, TABLE];

export const LIST_FILTERS = [
  queryParameter('type', optional(schemaRef('SessionType')), 'Only sessions of this type'),
  queryParameter('component_id', optional(STRING), 'Only sessions of the agent, team or workflow with this id'),
  USER_ID,
  queryParameter(
    'session_name',
    optional({ ...STRING, maxLength: 256 }),
    'Only sessions whose stored name contains this string, ignoring case; % and _ are wildcards',
  ),
];

export const LIST_ORDER = [
  queryParameter('limit', { ...optional({ type: 'integer', minimum: 1 }), default: 20 }, 'Sessions per page'),
  queryParameter('page', { ...optional({ type: 'integer', minimum: 1 }), default: 1 }, 'Page number, starting at 1'),
  queryParameter(
    'sort_by',
    { ...optional(STRING), default: 'created_at' },
    'Column to sort by; with an unknown column the order is unspecified',
  ),
  queryParameter('sort_order', { ...optional(schemaRef('SortOrder')), default: 'desc' }, 'Sort direction'),
];

/** Filters that AgentOS does not have. */
export const TIME_FILTERS = ['created', 'updated'].flatMap((change) => [
  queryParameter(`${change}_after`, optional(INTEGER), `Only sessions ${change} at this Unix second or later`),
  queryParameter(`${change}_before`, optional(INTEGER), `Only sessions ${change} at this Unix second or earlier`),
]);

/** Parameters of lists that AgentOS does not have. */
export const LIST_ADDITIONS = [
  ...TIME_FILTERS,
  queryParameter(
    'cursor',
    optional(STRING),
    '`next_cursor` of the previous page with the same parameters; empty for the first page. Not together with `page`; ' +
      'the list must be sorted by created_at or updated_at',
  ),
  queryParameter(
    'count',
    { ...optional({ type: 'string', enum: ['exact', 'none'] }), default: 'exact' },
    '`none` leaves the totals out of the response, which then needs no counting',
  ),
];

export const RUN_FILTERS = [
  queryParameter('created_after', optional(INTEGER), 'Only runs created at this Unix second or later'),
  queryParameter('created_before', optional(INTEGER), 'Only runs created at this Unix second or earlier'),
  queryParameter('status', optional(arraySchema(STRING)), 'Only runs with this status, ignoring case; may be repeated'),
];

/** Parameters of the runs of a session that AgentOS does not have. */
export const RUN_ADDITIONS = [
  queryParameter(
    'page',
    optional({ type: 'integer', minimum: 1 }),
    'Responds with this page of the runs, starting at 1, instead of an array of all',
  ),
  queryParameter(
    'cursor',
    optional(STRING),
    '`next_cursor` of the previous page with the same parameters; empty for the first page. Not together with `page`',
  ),
  queryParameter(
    'limit',
    { ...optional({ type: 'integer', minimum: 1 }), default: 20 },
    'Runs per page; ignored without `page` or `cursor`',
  ),
  queryParameter(
    'order',
    { ...optional({ type: 'string', enum: ['asc', 'desc'] }), default: 'asc' },
    '`desc` reverses the order: newest first',
  ),
  queryParameter(
    'top_level',
    { type: 'boolean', default: false },
    "Only runs without a parent_run_id: not those of a team's members or of a workflow's steps",
  ),
  queryParameter('parent_run_id', optional(STRING), 'Only runs with this parent_run_id. Not together with `top_level`'),
];

/** Parameter of previews of runs that AgentOS does not have. */
export const PREVIEW_INCLUDE = queryParameter(
  'include',
  arraySchema({ type: 'string', enum: ['metrics'] }),
  '`metrics`: each preview also has the metrics of its run and, where they are stored, `model` and `model_provider`',
);

export const NEW_SESSION_TYPE = queryParameter(
  'type',
  { ...schemaRef('SessionType'), default: 'agent' },
  'Type of the new session',
);

export const IF_EXISTS = queryParameter(
  'if_exists',
  { type: 'string', enum: ['raise', 'do_nothing'], default: 'raise' },
  'When the session_id is taken: `raise` responds 409, `do_nothing` 200 with the existing session, if it has the owner ' +
    'that the new one would have',
);

export const VIEW = queryParameter(
  'view',
  { type: 'string', enum: ['editable'] },
  'editable: only the stored values that clients can change, with an ETag for `If-Match`',
);

/** Header parameter of changes of one session. */
export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: STRING,
  description: 'Change the session only if this list has the current ETag of its view `editable`, else 412',
};

/** Header parameter of reads of one session. */
export const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  schema: STRING,
  description: 'ETag of the response that the client has, or `""` to get the first one: 304 if it is still current',
};

/** The response to a change whose `If-Match` does not hold. */
export const PRECONDITION_FAILED: Responses = {
  412: response('The session has changed: If-Match does not contain its current ETag', schemaRef('NotFoundResponse')),
};

export const CHAT_HISTORY = queryParameter(
  'chat_history',
  { type: 'boolean', default: true },
  'false: without chat_history, without reading the runs; the name of an unnamed session is then empty',
);

function pathParameter(name: string, description: string): Parameter {
  return { name, in: 'path', required: true, schema: STRING, description };
}

export function queryParameter(name: string, schema: Schema, description: string): Parameter {
  return { name, in: 'query', required: false, schema, description };
}
