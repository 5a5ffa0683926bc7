import { EMPTY_ARRAY, EMPTY_OBJECT, isTruthy, NULL, quote, type RawJson, type Steps } from '@agno/json';
import { inputMedia } from './input-media.js';
import type { FieldKind } from './invalid-fields.js';
import { runInput, workflowRunInput } from './run-input.js';
import type { Run } from './stored-run.js';

/** The three shapes of a run, field by field in the order of AgentOS's schemas. */
export type RunKind = 'agent' | 'team' | 'workflow';

export interface RunField {
  readonly name: string;
  readonly kind: FieldKind | 'timestamp';
  /** What a run without the key shows; a stored null stays null. */
  readonly missing?: RawJson;
  /** How the value is made where it is not simply the stored one. */
  readonly value?: (run: Run) => RawJson | Steps<RawJson>;
}

const EMPTY_TEXT = quote('');

const text = (name: string): RunField => ({ name, kind: 'text' });
const textOrEmpty = (name: string): RunField => ({ name, kind: 'text', missing: EMPTY_TEXT });
const listOrEmpty = (name: string): RunField => ({ name, kind: 'dicts', missing: EMPTY_ARRAY });
const dict = (name: string): RunField => ({ name, kind: 'dict' });
const integer = (name: string): RunField => ({ name, kind: 'integer' });
const unlessEmpty = (name: string): RunField => ({
  name,
  kind: 'dicts',
  value: (run) => truthy(run.get(name)),
});

const content: RunField = { name: 'content', kind: 'text or dict', missing: EMPTY_TEXT };
const metrics: RunField = { name: 'metrics', kind: 'dict', missing: EMPTY_OBJECT };
const createdAt: RunField = { name: 'created_at', kind: 'timestamp' };
const input: RunField = { name: 'run_input', kind: 'text', value: runInput };
const media: RunField = { name: 'input_media', kind: 'dict', value: (run) => inputMedia(run.get('input')) };
const followups: RunField = { name: 'followups', kind: 'texts' };
const responseFormat: RunField = {
  name: 'run_response_format',
  kind: 'text',
  value: (run) => quote((run.get('content_type') ?? '"str"') === '"str"' ? 'text' : 'json'),
};

const reasoning = [listOrEmpty('references'), dict('citations'), listOrEmpty('reasoning_messages')];
const attachments = ['images', 'videos', 'audio', 'files'].map(listOrEmpty);
const lineage = [
  text('forked_from_run_id'),
  integer('forked_from_message_index'),
  text('forked_from_session_id'),
  text('regenerated_from'),
  integer('last_checkpoint_at_message_index'),
];

export const RUN_SCHEMAS: Record<RunKind, readonly RunField[]> = {
  agent: [
    textOrEmpty('run_id'),
    textOrEmpty('parent_run_id'),
    textOrEmpty('agent_id'),
    textOrEmpty('user_id'),
    text('status'),
    text('cancellation_stage'),
    input,
    content,
    responseFormat,
    textOrEmpty('reasoning_content'),
    listOrEmpty('reasoning_steps'),
    metrics,
    dict('metadata'),
    unlessEmpty('messages'),
    unlessEmpty('tools'),
    unlessEmpty('events'),
    createdAt,
    ...reasoning,
    dict('session_state'),
    ...attachments,
    dict('response_audio'),
    media,
    followups,
    ...lineage,
  ],
  team: [
    textOrEmpty('run_id'),
    textOrEmpty('parent_run_id'),
    textOrEmpty('team_id'),
    text('user_id'),
    text('status'),
    text('cancellation_stage'),
    content,
    textOrEmpty('reasoning_content'),
    listOrEmpty('reasoning_steps'),
    input,
    responseFormat,
    metrics,
    unlessEmpty('tools'),
    unlessEmpty('messages'),
    unlessEmpty('events'),
    createdAt,
    ...reasoning,
    dict('session_state'),
    media,
    ...attachments,
    dict('response_audio'),
    followups,
    ...lineage,
  ],
  workflow: [
    textOrEmpty('run_id'),
    { name: 'run_input', kind: 'text', value: workflowRunInput },
    listOrEmpty('events'),
    textOrEmpty('workflow_id'),
    textOrEmpty('user_id'),
    content,
    textOrEmpty('content_type'),
    textOrEmpty('status'),
    text('cancellation_stage'),
    listOrEmpty('step_results'),
    listOrEmpty('step_executor_runs'),
    { name: 'step_requirements', kind: 'dicts' },
    text('pause_kind'),
    text('paused_step_name'),
    integer('paused_step_index'),
    metrics,
    createdAt,
    textOrEmpty('reasoning_content'),
    listOrEmpty('reasoning_steps'),
    ...reasoning,
    ...attachments,
    dict('response_audio'),
  ],
};

function truthy(raw: RawJson | undefined): RawJson {
  return isTruthy(raw) ? raw : NULL;
}
