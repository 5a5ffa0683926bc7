import {
  dumps,
  firstCharacters,
  isPresent,
  type JsonWriter,
  kindOf,
  MemberNames,
  membersOf,
  type NullPolicy,
  quote,
  type RawJson,
  runSync,
  type Steps,
  shortened,
  unquote,
} from '@session-service/json';
import { effectiveType, listedType, type Run, type SessionType, type StoredSession } from '../stored-session.js';
import { coerceField, type OnInvalidField } from './invalid-fields.js';
import { RUN_FIELDS, type RunField, type RunKind } from './run-fields.js';
import { agentDataSdkLabel, withSdkLabel } from './sdk-label.js';

/** The fields of a session on which the responses of its runs depend. */
type RunOwner = Pick<StoredSession, 'session_type' | 'agent_id' | 'team_id' | 'workflow_id' | 'agent_data'>;

const RUN_MEMBERS = new MemberNames([
  ...Object.values(RUN_FIELDS).flatMap((fields) => fields.map(({ name }) => name)),
  ...['team_id', 'workflow_id', 'agent_name', 'team_name', 'input', 'content_type', 'messages'],
  ...['requirements', 'error_requirements', 'member_responses', 'workflow_agent_run', 'model', 'model_provider'],
]);

export function runOf(raw: RawJson): Run {
  return membersOf(raw, RUN_MEMBERS);
}

/**
 * Writes a run in the schema of `kind`.
 *
 * @param label the SDK label that the run inherits from its session
 */
export function* writeRun(
  writer: JsonWriter,
  kind: RunKind,
  run: Run,
  label: RawJson | undefined,
  nulls: NullPolicy,
  onInvalid: OnInvalidField,
): Steps<void> {
  writer.openObject();
  const isLarge = LONG_MEMBERS.some((name) => (run.get(name)?.length ?? 0) > YIELD_LENGTH);
  for (const field of RUN_FIELDS[kind]) {
    // Deriving a value may scan the whole input or all messages.
    if (isLarge && field.value !== undefined) yield;
    const valueOrSteps = fieldValue(field, run);
    const value = typeof valueOrSteps === 'object' ? yield* valueOrSteps : valueOrSteps;
    const labelled = kind === 'agent' && field.name === 'metadata' ? withSdkLabel(value, label) : value;
    writer.field(field.name, coerceField(field.kind, field.name, labelled, onInvalid), nulls);
    if (labelled !== undefined && labelled.length > YIELD_LENGTH) yield;
  }
  writer.closeObject();
}

const LONG_MEMBERS = ['input', 'messages'];
/** Other requests may run after each value that is longer than this, in characters. */
const YIELD_LENGTH = 65_536;

/** The value of a field before coercion, or the steps that derive it. */
function fieldValue(field: RunField, run: Run): RawJson | undefined | Steps<RawJson> {
  return field.value === undefined ? (run.get(field.name) ?? field.missing) : field.value(run);
}

/**
 * The kind of a run in a run list; undefined for a run that the list omits.
 *
 * @param type overrides the stored type of the session
 */
export function listedRunKind(run: Run, owner: RunOwner, type: SessionType | undefined): RunKind | undefined {
  switch (type ?? effectiveType(owner)) {
    case 'agent':
      return 'agent';
    case 'team':
      if (isPresent(run.get('agent_id'))) return 'agent';
      return isPresent(run.get('team_id')) ? 'team' : undefined;
    case 'workflow':
      return ownRunKind(run);
  }
}

/** The kind of a run by its own component ids; `GET /sessions/{id}/runs/{run_id}` uses it for any type of session. */
export function ownRunKind(run: Run): RunKind {
  if (isPresent(run.get('workflow_id'))) return 'workflow';
  return isPresent(run.get('team_id')) ? 'team' : 'agent';
}

/** The SDK label that a run inherits from its agent session; undefined for the runs of other agents. */
export function inheritedSdkLabel(run: Run, owner: RunOwner): RawJson | undefined {
  if (listedType(owner) !== 'agent') return undefined;
  const agentId = run.get('agent_id');
  const isOwn = !isPresent(agentId) || (kindOf(agentId) === 'string' && unquote(agentId) === owner.agent_id);
  return isOwn ? agentDataSdkLabel(owner.agent_data) : undefined;
}

/** The status that the response shows; undefined when it is null or not a string. */
export function runStatus(kind: RunKind, run: Run): RawJson | undefined {
  const field = RUN_FIELDS[kind].find(({ name }) => name === 'status');
  return coerceField('string', 'status', run.get('status') ?? field?.missing, () => undefined);
}

/** Maximum length of the input and the content in a preview, in code points. */
const PREVIEW_LENGTH = 280;

/** The fields of a preview in printed order. Fields that the run's kind does not have are omitted. */
const PREVIEW_FIELDS: readonly (readonly [printedName: string, name: string])[] = [
  ...['run_id', 'parent_run_id', 'agent_id', 'team_id', 'workflow_id', 'user_id', 'status'].map(
    (name) => [name, name] as const,
  ),
  ['run_input', 'run_input'],
  ['content_preview', 'content'],
  ['created_at', 'created_at'],
];

/** The fields of a preview with `include=metrics`. */
const MEASURED_FIELDS = [...PREVIEW_FIELDS, ['metrics', 'metrics'] as const];
/** Members that AgentOS stores and does not show. They are printed with `include=metrics` if they are strings. */
const MODEL_MEMBERS = ['model', 'model_provider'];

/**
 * Writes an item of the response to `GET /sessions/{id}/run-previews`.
 *
 * @param isMeasured with the metrics and the model of the run
 */
export function* writeRunPreview(
  writer: JsonWriter,
  kind: RunKind,
  run: Run,
  onInvalid: OnInvalidField,
  isMeasured: boolean,
): Steps<void> {
  writer.openObject();
  for (const [printedName, name] of isMeasured ? MEASURED_FIELDS : PREVIEW_FIELDS) {
    const field = RUN_FIELDS[kind].find((candidate) => candidate.name === name);
    if (field === undefined) continue;
    const valueOrSteps = fieldValue(field, run);
    const stored = typeof valueOrSteps === 'object' ? yield* valueOrSteps : valueOrSteps;
    const value = coerceField(field.kind, name, stored, onInvalid);
    const isText = name === 'run_input' || name === 'content';
    writer.member(printedName, isText && value !== undefined ? previewOf(value) : value);
  }
  for (const name of isMeasured ? MODEL_MEMBERS : []) {
    writer.member(
      name,
      coerceField('string', name, run.get(name), () => undefined),
    );
  }
  writer.closeObject();
}

function previewOf(value: RawJson): RawJson {
  const isString = kindOf(value) === 'string';
  const text = isString ? unquote(shortened(value, PREVIEW_LENGTH)) : runSync(dumps(value, PREVIEW_LENGTH));
  return isString && text.length < PREVIEW_LENGTH ? value : quote(firstCharacters(text, PREVIEW_LENGTH));
}
