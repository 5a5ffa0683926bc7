import {
  anyOf,
  arraySchema,
  DATE_TIME,
  INTEGER,
  OBJECT,
  OBJECT_ARRAY,
  objectSchema,
  optional,
  propertiesOf,
  type Schema,
  type Schemas,
  STRING,
  schemaRef,
} from './schema-builders.js';

const TIMESTAMPS = propertiesOf('created_at updated_at', optional(DATE_TIME));

/** Schemas of session lists and of the details of each session type. */
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
    next_cursor: optional(STRING),
  }),
  PaginatedResponse_SessionSchema_: objectSchema(
    { data: arraySchema(schemaRef('SessionSchema')), meta: schemaRef('PaginationInfo') },
    ['data', 'meta'],
  ),

  EditableSessionSchema: objectSchema(
    {
      session_name: optional(STRING),
      ...propertiesOf('session_state metadata session_summary', optional(OBJECT)),
    },
    ['session_name', 'session_state', 'metadata', 'session_summary'],
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

const REASONING = { reasoning_content: optional(STRING), reasoning_steps: optional(OBJECT_ARRAY) };
const SOURCES = {
  references: optional(OBJECT_ARRAY),
  citations: optional(OBJECT),
  reasoning_messages: optional(OBJECT_ARRAY),
};
const MEDIA = {
  ...propertiesOf('images videos audio files', optional(OBJECT_ARRAY)),
  response_audio: optional(OBJECT),
};
const CONTENT = optional(anyOf(STRING, OBJECT));
const LINEAGE = {
  followups: optional(arraySchema(STRING)),
  forked_from_run_id: optional(STRING),
  forked_from_message_index: optional(INTEGER),
  forked_from_session_id: optional(STRING),
  regenerated_from: optional(STRING),
  last_checkpoint_at_message_index: optional(INTEGER),
};

/** A run in the schema of its kind. */
export const RUN_OF_ANY_KIND = anyOf(
  schemaRef('RunSchema'),
  schemaRef('TeamRunSchema'),
  schemaRef('WorkflowRunSchema'),
);

/** Schemas of agent, team and workflow runs, and of run previews. */
export const RUN_SCHEMAS: Schemas = {
  RunSchema: objectSchema(
    {
      run_id: STRING,
      ...propertiesOf('parent_run_id agent_id user_id status cancellation_stage run_input', optional(STRING)),
      content: CONTENT,
      run_response_format: optional(STRING),
      ...REASONING,
      ...propertiesOf('metrics metadata', optional(OBJECT)),
      ...propertiesOf('messages tools events', optional(OBJECT_ARRAY)),
      created_at: optional(DATE_TIME),
      ...SOURCES,
      session_state: optional(OBJECT),
      ...MEDIA,
      input_media: optional(OBJECT),
      ...LINEAGE,
    },
    ['run_id'],
  ),
  TeamRunSchema: objectSchema(
    {
      run_id: STRING,
      ...propertiesOf('parent_run_id team_id user_id status cancellation_stage', optional(STRING)),
      content: CONTENT,
      ...REASONING,
      ...propertiesOf('run_input run_response_format', optional(STRING)),
      metrics: optional(OBJECT),
      ...propertiesOf('tools messages events', optional(OBJECT_ARRAY)),
      created_at: optional(DATE_TIME),
      ...SOURCES,
      ...propertiesOf('session_state input_media', optional(OBJECT)),
      ...MEDIA,
      ...LINEAGE,
    },
    ['run_id'],
  ),
  WorkflowRunSchema: objectSchema(
    {
      run_id: STRING,
      run_input: optional(STRING),
      events: optional(OBJECT_ARRAY),
      ...propertiesOf('workflow_id user_id', optional(STRING)),
      content: CONTENT,
      ...propertiesOf('content_type status cancellation_stage', optional(STRING)),
      ...propertiesOf('step_results step_executor_runs step_requirements', optional(OBJECT_ARRAY)),
      ...propertiesOf('pause_kind paused_step_name', optional(STRING)),
      paused_step_index: optional(INTEGER),
      metrics: optional(OBJECT),
      created_at: optional(DATE_TIME),
      ...REASONING,
      ...SOURCES,
      ...MEDIA,
    },
    ['run_id'],
  ),
  PaginatedResponse_RunSchema_: objectSchema({ data: arraySchema(RUN_OF_ANY_KIND), meta: schemaRef('RunPageInfo') }, [
    'data',
    'meta',
  ]),
  PaginatedResponse_SessionRunPreviewSchema_: objectSchema(
    { data: arraySchema(schemaRef('SessionRunPreviewSchema')), meta: schemaRef('RunPageInfo') },
    ['data', 'meta'],
  ),
  RunPageInfo: objectSchema(
    {
      page: { type: 'integer', minimum: 1 },
      limit: { type: 'integer', minimum: 1 },
      ...propertiesOf('total_pages total_count', optional({ type: 'integer', minimum: 0 })),
      next_cursor: optional(STRING),
    },
    ['limit'],
  ),

  SessionRunPreviewSchema: objectSchema(
    {
      run_id: STRING,
      ...propertiesOf(
        'parent_run_id agent_id team_id workflow_id user_id status run_input content_preview',
        optional(STRING),
      ),
      created_at: optional(DATE_TIME),
      // Of `include=metrics`; AgentOS has none of these.
      metrics: optional(OBJECT),
      ...propertiesOf('model model_provider', optional(STRING)),
    },
    ['run_id'],
  ),
};

/** Schemas of request bodies. `runs` and `summary` of a new session are extensions, which AgentOS ignores, as is the search. */
export const REQUEST_SCHEMAS: Schemas = {
  CreateSessionRequest: objectSchema({
    ...propertiesOf('session_id session_name', optional(STRING)),
    ...propertiesOf('session_state metadata', optional(OBJECT)),
    ...propertiesOf('user_id agent_id team_id workflow_id', optional(STRING)),
    runs: optional(OBJECT_ARRAY),
    summary: optional(OBJECT),
  }),
  UpdateSessionRequest: objectSchema({
    session_name: optional(STRING),
    ...propertiesOf('session_state metadata summary', optional(OBJECT)),
  }),
  SearchSessionsRequest: objectSchema({
    filter: optional(OBJECT),
    sort_by: { ...optional(STRING), default: 'created_at' },
    sort_order: { ...optional(schemaRef('SortOrder')), default: 'desc' },
    limit: { ...optional({ type: 'integer', minimum: 1 }), default: 20 },
    page: optional({ type: 'integer', minimum: 1 }),
    cursor: optional(STRING),
    count: { ...optional({ type: 'string', enum: ['exact', 'none'] }), default: 'exact' },
  }),
  DeleteSessionRequest: objectSchema(
    {
      session_ids: { type: 'array', items: STRING, minItems: 1 },
      session_types: { type: 'array', items: schemaRef('SessionType'), minItems: 1 },
    },
    ['session_ids', 'session_types'],
  ),
  Body_rename_session: objectSchema({ session_name: STRING }, ['session_name']),
};

const PROBLEM_SCHEMA: Schema = objectSchema(
  { detail: STRING, ...propertiesOf('error_id error_type', optional(STRING)) },
  ['detail'],
);

/** Schemas of error responses and of the responses of the health routes. */
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
