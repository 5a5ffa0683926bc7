import {
  each,
  listOf,
  named,
  OBJECT,
  OBJECTS,
  objectOf,
  optional,
  type Schemas,
  TEXT,
  TIME,
  WHOLE,
} from '../schema-kinds.js';

const DATES = each('created_at updated_at', optional(TIME));

/** Sessions in lists and in full; each type of session has a detail of its own. */
export const SESSION_SCHEMAS: Schemas = {
  SessionType: { type: 'string', enum: ['agent', 'team', 'workflow'] },
  SortOrder: { type: 'string', enum: ['asc', 'desc'] },

  SessionSchema: objectOf(
    {
      ...each('session_id session_name', TEXT),
      session_state: optional(OBJECT),
      ...DATES,
      ...each('session_type user_id agent_id team_id workflow_id', optional(TEXT)),
      ...each('session_summary metrics', optional(OBJECT)),
      total_tokens: optional(WHOLE),
      metadata: optional(OBJECT),
    },
    ['session_id', 'session_name'],
  ),

  PaginationInfo: objectOf({
    page: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, default: 20 },
    total_pages: { type: 'integer', minimum: 0, default: 0 },
    total_count: { type: 'integer', minimum: 0, default: 0 },
    search_time_ms: { type: 'number', minimum: 0, default: 0 },
  }),
  PaginatedResponse_SessionSchema_: objectOf({ data: listOf(named('SessionSchema')), meta: named('PaginationInfo') }, [
    'data',
    'meta',
  ]),

  AgentSessionDetailSchema: objectOf(
    {
      user_id: optional(TEXT),
      ...each('agent_session_id session_id session_name', TEXT),
      ...each('session_summary session_state', optional(OBJECT)),
      agent_id: optional(TEXT),
      total_tokens: optional(WHOLE),
      ...each('agent_data metrics metadata', optional(OBJECT)),
      chat_history: optional(OBJECTS),
      ...DATES,
    },
    ['agent_session_id', 'session_id', 'session_name'],
  ),
  TeamSessionDetailSchema: objectOf(
    {
      ...each('session_id session_name', TEXT),
      ...each('user_id team_id', optional(TEXT)),
      ...each('session_summary session_state metrics team_data metadata', optional(OBJECT)),
      chat_history: optional(OBJECTS),
      ...DATES,
      total_tokens: optional(WHOLE),
    },
    ['session_id', 'session_name'],
  ),
  WorkflowSessionDetailSchema: objectOf(
    {
      ...each('user_id workflow_id workflow_name', optional(TEXT)),
      ...each('session_id session_name', TEXT),
      ...each('session_data session_state workflow_data metadata', optional(OBJECT)),
      ...DATES,
    },
    ['session_id', 'session_name'],
  ),
};
