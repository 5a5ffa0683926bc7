import {
  anyOf,
  each,
  listOf,
  OBJECT,
  OBJECTS,
  objectOf,
  optional,
  type Schemas,
  TEXT,
  TIME,
  WHOLE,
} from '../schema-kinds.js';

const REASONING = { reasoning_content: optional(TEXT), reasoning_steps: optional(OBJECTS) };
const SOURCES = { references: optional(OBJECTS), citations: optional(OBJECT), reasoning_messages: optional(OBJECTS) };
const MEDIA = { ...each('images videos audio files', optional(OBJECTS)), response_audio: optional(OBJECT) };
const CONTENT = optional(anyOf(TEXT, OBJECT));
const ORIGIN = {
  followups: optional(listOf(TEXT)),
  forked_from_run_id: optional(TEXT),
  forked_from_message_index: optional(WHOLE),
  forked_from_session_id: optional(TEXT),
  regenerated_from: optional(TEXT),
  last_checkpoint_at_message_index: optional(WHOLE),
};

/** Runs of agents, teams and workflows, and the short form that a list of runs needs. */
export const RUN_SCHEMAS: Schemas = {
  RunSchema: objectOf(
    {
      run_id: TEXT,
      ...each('parent_run_id agent_id user_id status cancellation_stage run_input', optional(TEXT)),
      content: CONTENT,
      run_response_format: optional(TEXT),
      ...REASONING,
      ...each('metrics metadata', optional(OBJECT)),
      ...each('messages tools events', optional(OBJECTS)),
      created_at: optional(TIME),
      ...SOURCES,
      session_state: optional(OBJECT),
      ...MEDIA,
      input_media: optional(OBJECT),
      ...ORIGIN,
    },
    ['run_id'],
  ),
  TeamRunSchema: objectOf(
    {
      run_id: TEXT,
      ...each('parent_run_id team_id user_id status cancellation_stage', optional(TEXT)),
      content: CONTENT,
      ...REASONING,
      ...each('run_input run_response_format', optional(TEXT)),
      metrics: optional(OBJECT),
      ...each('tools messages events', optional(OBJECTS)),
      created_at: optional(TIME),
      ...SOURCES,
      ...each('session_state input_media', optional(OBJECT)),
      ...MEDIA,
      ...ORIGIN,
    },
    ['run_id'],
  ),
  WorkflowRunSchema: objectOf(
    {
      run_id: TEXT,
      run_input: optional(TEXT),
      events: optional(OBJECTS),
      ...each('workflow_id user_id', optional(TEXT)),
      content: CONTENT,
      ...each('content_type status cancellation_stage', optional(TEXT)),
      ...each('step_results step_executor_runs step_requirements', optional(OBJECTS)),
      ...each('pause_kind paused_step_name', optional(TEXT)),
      paused_step_index: optional(WHOLE),
      metrics: optional(OBJECT),
      created_at: optional(TIME),
      ...REASONING,
      ...SOURCES,
      ...MEDIA,
    },
    ['run_id'],
  ),
  SessionRunPreviewSchema: objectOf(
    {
      run_id: TEXT,
      ...each('parent_run_id agent_id team_id workflow_id user_id status run_input content_preview', optional(TEXT)),
      created_at: optional(TIME),
    },
    ['run_id'],
  ),
};
