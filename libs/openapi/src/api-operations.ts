import type { OpenAPIObject } from '@nestjs/swagger';
import { arraySchema, INTEGER, optional, type Schema, STRING, schemaRef } from './schema-builders.js';

export type Paths = OpenAPIObject['paths'];
export type Operation = NonNullable<Paths[string]['get']>;
export type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>;
type Responses = Operation['responses'];

/** One operation on sessions: all of them are protected alike and refuse alike. */
export function sessionOperation(operation: {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: Parameter[];
  readonly body?: NonNullable<Operation['requestBody']>;
  readonly responses: Responses;
}): Operation {
  const { body, responses, ...rest } = operation;
  return {
    tags: ['Sessions'],
    ...rest,
    security: [{ HTTPBearer: [] }],
    ...(body !== undefined && { requestBody: body }),
    responses: { ...responses, ...ERROR_RESPONSES },
  };
}

/** An answer or request body of that schema. */
export function jsonContent(schema: Schema): { 'application/json': { schema: Schema } } {
  return { 'application/json': { schema } };
}

export function response(description: string, schema: Schema): Responses[string] {
  return { description, content: jsonContent(schema) };
}

const ERROR_RESPONSES: Responses = {
  400: response('The parameters contradict each other', schemaRef('BadRequestResponse')),
  401: response('Credentials are missing or not accepted', schemaRef('UnauthenticatedResponse')),
  404: response('No such database, table, session or run', schemaRef('NotFoundResponse')),
  422: response('A parameter or the body does not fit its schema', schemaRef('ValidationErrorResponse')),
  500: response('The service failed; its log has the details', schemaRef('InternalServerErrorResponse')),
};

export const SESSION_ID = pathParameter('session_id', 'Id of the session');
export const RUN_ID = pathParameter('run_id', 'Id of the run');

export const DB_ID = queryParameter('db_id', optional(STRING), 'Id of the database; without it, the default one');
export const TABLE = queryParameter('table', optional(STRING), 'Name of the session table; needs db_id');
export const USER_ID = queryParameter('user_id', optional(STRING), 'Only sessions of this user');
export const SESSION_TYPE = queryParameter(
  'type',
  optional(schemaRef('SessionType')),
  "Type to read the session as; without it, the session's own",
);
export const DELETE_MEDIA = queryParameter(
  'delete_media',
  { type: 'boolean', default: false },
  'Also delete media kept outside the database; refused with 503, because this service has no media storage',
);

/** Where and whose: the parameters that nearly every route ends with. */
export const TARGET_PARAMETERS = [USER_ID, DB_ID, TABLE];

export const LIST_FILTERS = [
  queryParameter('type', optional(schemaRef('SessionType')), 'Only sessions of this type'),
  queryParameter('component_id', optional(STRING), 'Only sessions of the agent, team or workflow with this id'),
  USER_ID,
  queryParameter(
    'session_name',
    optional({ ...STRING, maxLength: 256 }),
    'Only sessions whose stored name contains this text, in any case; % and _ are wildcards',
  ),
];

export const LIST_ORDER = [
  queryParameter('limit', { ...optional({ type: 'integer', minimum: 1 }), default: 20 }, 'Sessions per page'),
  queryParameter('page', { ...optional({ type: 'integer', minimum: 1 }), default: 1 }, 'Number of the page, from 1'),
  queryParameter(
    'sort_by',
    { ...optional(STRING), default: 'created_at' },
    'Column to sort by; an unknown one leaves the order open',
  ),
  queryParameter('sort_order', { ...optional(schemaRef('SortOrder')), default: 'desc' }, 'Direction of the order'),
];

export const RUN_FILTERS = [
  queryParameter('created_after', optional(INTEGER), 'Only runs created at this Unix second or later'),
  queryParameter('created_before', optional(INTEGER), 'Only runs created at this Unix second or earlier'),
  queryParameter('status', optional(arraySchema(STRING)), 'Only runs with this status, in any case; may be repeated'),
];

export const NEW_SESSION_TYPE = queryParameter(
  'type',
  { ...schemaRef('SessionType'), default: 'agent' },
  'Type of the new session',
);

function pathParameter(name: string, description: string): Parameter {
  return { name, in: 'path', required: true, schema: STRING, description };
}

function queryParameter(name: string, schema: Schema, description: string): Parameter {
  return { name, in: 'query', required: false, schema, description };
}
