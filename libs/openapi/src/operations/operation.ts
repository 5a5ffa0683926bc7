import type { OpenAPIObject } from '@nestjs/swagger';
import { type Schema, schemaRef } from '../schema-kinds.js';

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
