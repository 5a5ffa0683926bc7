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
  type Schemas,
  STRING,
} from '../schema-kinds.js';

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

/** Runs of agents, teams and workflows, and the short form that a list of runs needs. */
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
  SessionRunPreviewSchema: objectSchema(
    {
      run_id: STRING,
      ...propertiesOf(
        'parent_run_id agent_id team_id workflow_id user_id status run_input content_preview',
        optional(STRING),
      ),
      created_at: optional(DATE_TIME),
    },
    ['run_id'],
  ),
};
