import {
  arraySchema,
  DATE_TIME,
  INTEGER,
  OBJECT,
  OBJECT_ARRAY,
  objectSchema,
  optional,
  propertiesOf,
  type Schemas,
  STRING,
  schemaRef,
} from '../schema-kinds.js';

const TIMESTAMPS = propertiesOf('created_at updated_at', optional(DATE_TIME));

/** Sessions in lists and in full; each type of session has a detail of its own. */
export const SESSION_SCHEMAS: Schemas = {
  SessionType: { type: 'string', enum: ['agent', 'team', 'workflow'] },
  SortOrder: { type: 'string', enum: ['asc', 'desc'] },

  SessionSchema: objectSchema(
    {
      ...propertiesOf('session_id session_name', STRING),
      session_state: optional(OBJECT),
      ...TIMESTAMPS,
      ...propertiesOf('session_type user_id agent_id team_id workflow_id', optional(STRING)),
      ...propertiesOf('session_summary metrics', optional(OBJECT)),
      total_tokens: optional(INTEGER),
      metadata: optional(OBJECT),
    },
    ['session_id', 'session_name'],
  ),

  PaginationInfo: objectSchema({
    page: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, default: 20 },
    total_pages: { type: 'integer', minimum: 0, default: 0 },
    total_count: { type: 'integer', minimum: 0, default: 0 },
    search_time_ms: { type: 'number', minimum: 0, default: 0 },
  }),
  PaginatedResponse_SessionSchema_: objectSchema(
    { data: arraySchema(schemaRef('SessionSchema')), meta: schemaRef('PaginationInfo') },
    ['data', 'meta'],
  ),

  AgentSessionDetailSchema: objectSchema(
    {
      user_id: optional(STRING),
      ...propertiesOf('agent_session_id session_id session_name', STRING),
      ...propertiesOf('session_summary session_state', optional(OBJECT)),
      agent_id: optional(STRING),
      total_tokens: optional(INTEGER),
      ...propertiesOf('agent_data metrics metadata', optional(OBJECT)),
      chat_history: optional(OBJECT_ARRAY),
      ...TIMESTAMPS,
    },
    ['agent_session_id', 'session_id', 'session_name'],
  ),
  TeamSessionDetailSchema: objectSchema(
    {
      ...propertiesOf('session_id session_name', STRING),
      ...propertiesOf('user_id team_id', optional(STRING)),
      ...propertiesOf('session_summary session_state metrics team_data metadata', optional(OBJECT)),
      chat_history: optional(OBJECT_ARRAY),
      ...TIMESTAMPS,
      total_tokens: optional(INTEGER),
    },
    ['session_id', 'session_name'],
  ),
  WorkflowSessionDetailSchema: objectSchema(
    {
      ...propertiesOf('user_id workflow_id workflow_name', optional(STRING)),
      ...propertiesOf('session_id session_name', STRING),
      ...propertiesOf('session_data session_state workflow_data metadata', optional(OBJECT)),
      ...TIMESTAMPS,
    },
    ['session_id', 'session_name'],
  ),
};
