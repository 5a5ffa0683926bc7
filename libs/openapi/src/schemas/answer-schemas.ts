import {
  anyOf,
  arraySchema,
  DATE_TIME,
  INTEGER,
  objectSchema,
  optional,
  propertiesOf,
  type Schema,
  type Schemas,
  STRING,
  schemaRef,
} from '../schema-kinds.js';

const PROBLEM_SCHEMA: Schema = objectSchema(
  { detail: STRING, ...propertiesOf('error_id error_type', optional(STRING)) },
  ['detail'],
);

/** Bodies of refusals and of the health routes. */
export const RESPONSE_SCHEMAS: Schemas = {
  ...propertiesOf(
    'BadRequestResponse UnauthenticatedResponse NotFoundResponse InternalServerErrorResponse',
    PROBLEM_SCHEMA,
  ),
  ValidationErrorDetail: objectSchema({ loc: arraySchema(anyOf(STRING, INTEGER)), msg: STRING, type: STRING }, [
    'loc',
    'msg',
    'type',
  ]),
  ValidationErrorResponse: objectSchema({ detail: anyOf(STRING, arraySchema(schemaRef('ValidationErrorDetail'))) }, [
    'detail',
  ]),
  HealthResponse: objectSchema({ status: STRING, instantiated_at: DATE_TIME }, ['status', 'instantiated_at']),
  HealthzResponse: objectSchema({ status: STRING }, ['status']),
};
