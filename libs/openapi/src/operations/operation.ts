import type { OpenAPIObject } from '@nestjs/swagger';
import { named, type Schema } from '../schema-kinds.js';

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
    responses: { ...responses, ...REFUSALS },
  };
}

/** An answer or request body of that schema. */
export function json(schema: Schema): { 'application/json': { schema: Schema } } {
  return { 'application/json': { schema } };
}

export function answer(description: string, schema: Schema): Responses[string] {
  return { description, content: json(schema) };
}

const REFUSALS: Responses = {
  400: answer('The parameters contradict each other', named('BadRequestResponse')),
  401: answer('Credentials are missing or not accepted', named('UnauthenticatedResponse')),
  404: answer('No such database, table, session or run', named('NotFoundResponse')),
  422: answer('A parameter or the body does not fit its schema', named('ValidationErrorResponse')),
  500: answer('The service failed; its log has the details', named('InternalServerErrorResponse')),
};
