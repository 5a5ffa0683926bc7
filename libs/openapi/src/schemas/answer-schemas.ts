import {
  anyOf,
  each,
  listOf,
  named,
  objectOf,
  optional,
  type Schema,
  type Schemas,
  TEXT,
  TIME,
  WHOLE,
} from '../schema-kinds.js';

const PROBLEM: Schema = objectOf({ detail: TEXT, ...each('error_id error_type', optional(TEXT)) }, ['detail']);

/** Bodies of refusals and of the health routes. */
export const ANSWER_SCHEMAS: Schemas = {
  ...each('BadRequestResponse UnauthenticatedResponse NotFoundResponse InternalServerErrorResponse', PROBLEM),
  ValidationErrorDetail: objectOf({ loc: listOf(anyOf(TEXT, WHOLE)), msg: TEXT, type: TEXT }, ['loc', 'msg', 'type']),
  ValidationErrorResponse: objectOf({ detail: anyOf(TEXT, listOf(named('ValidationErrorDetail'))) }, ['detail']),
  HealthResponse: objectOf({ status: TEXT, instantiated_at: TIME }, ['status', 'instantiated_at']),
  HealthzResponse: objectOf({ status: TEXT }, ['status']),
};
