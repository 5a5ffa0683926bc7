import {
  EMPTY_ARRAY,
  EMPTY_OBJECT,
  EMPTY_STRING,
  isTruthy,
  NULL,
  quote,
  type RawJson,
  type Steps,
} from '@session-service/json';
import type { Run } from '../stored-session.js';
import type { FieldKind } from './invalid-fields.js';
import { inputMedia, runInput, workflowRunInput } from './run-input.js';

export type RunKind = 'agent' | 'team' | 'workflow';

export interface RunField {
  readonly name: string;
  readonly kind: FieldKind;
  /** Printed when the value is absent; a stored null stays null. */
  readonly missing?: RawJson;
  /** Derives the value from the run. Without this function, the stored value is printed. */
  readonly value?: (run: Run) => RawJson | Steps<RawJson>;
}

const string = (name: string): RunField => ({ name, kind: 'string' });
const stringOrEmpty = (name: string): RunField => ({ name, kind: 'string', missing: EMPTY_STRING });
const listOrEmpty = (name: string): RunField => ({ name, kind: 'dict list', missing: EMPTY_ARRAY });
const dict = (name: string): RunField => ({ name, kind: 'dict' });
const integer = (name: string): RunField => ({ name, kind: 'integer' });
const nullIfEmpty = (name: string): RunField => ({
  name,
  kind: 'dict list',
  value: (run) => truthyOrNull(run.get(name)),
});

const content: RunField = { name: 'content', kind: 'string or dict', missing: EMPTY_STRING };
const metrics: RunField = { name: 'metrics', kind: 'dict', missing: EMPTY_OBJECT };
const createdAt: RunField = { name: 'created_at', kind: 'timestamp' };
const input: RunField = { name: 'run_input', kind: 'string', value: runInput };
const media: RunField = { name: 'input_media', kind: 'dict', value: (run) => inputMedia(run.get('input')) };
const followups: RunField = { name: 'followups', kind: 'string list' };
const responseFormat: RunField = {
  name: 'run_response_format',
  kind: 'string',
  value: (run) => quote((run.get('content_type') ?? '"str"') === '"str"' ? 'text' : 'json'),
};

const reasoning = [listOrEmpty('references'), dict('citations'), listOrEmpty('reasoning_messages')];
const attachments = ['images', 'videos', 'audio', 'files'].map(listOrEmpty);
const lineage = [
  string('forked_from_run_id'),
  integer('forked_from_message_index'),
  string('forked_from_session_id'),
  string('regenerated_from'),
  integer('last_checkpoint_at_message_index'),
];

/** The fields of a run response by kind of run, in the order of AgentOS's schemas. */
export const RUN_FIELDS: Record<RunKind, readonly RunField[]> = {
  agent: [
    stringOrEmpty('run_id'),
    stringOrEmpty('parent_run_id'),
    stringOrEmpty('agent_id'),
    stringOrEmpty('user_id'),
    string('status'),
    string('cancellation_stage'),
    input,
    content,
    responseFormat,
    stringOrEmpty('reasoning_content'),
    listOrEmpty('reasoning_steps'),
    metrics,
    dict('metadata'),
    nullIfEmpty('messages'),
    nullIfEmpty('tools'),
    nullIfEmpty('events'),
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
    stringOrEmpty('run_id'),
    stringOrEmpty('parent_run_id'),
    stringOrEmpty('team_id'),
    string('user_id'),
    string('status'),
    string('cancellation_stage'),
    content,
    stringOrEmpty('reasoning_content'),
    listOrEmpty('reasoning_steps'),
    input,
    responseFormat,
    metrics,
    nullIfEmpty('tools'),
    nullIfEmpty('messages'),
    nullIfEmpty('events'),
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
    stringOrEmpty('run_id'),
    { name: 'run_input', kind: 'string', value: workflowRunInput },
    listOrEmpty('events'),
    stringOrEmpty('workflow_id'),
    stringOrEmpty('user_id'),
    content,
    stringOrEmpty('content_type'),
    stringOrEmpty('status'),
    string('cancellation_stage'),
    listOrEmpty('step_results'),
    listOrEmpty('step_executor_runs'),
    { name: 'step_requirements', kind: 'dict list' },
    string('pause_kind'),
    string('paused_step_name'),
    integer('paused_step_index'),
    metrics,
    createdAt,
    stringOrEmpty('reasoning_content'),
    listOrEmpty('reasoning_steps'),
    ...reasoning,
    ...attachments,
    dict('response_audio'),
  ],
};

function truthyOrNull(raw: RawJson | undefined): RawJson {
  return isTruthy(raw) ? raw : NULL;
}
