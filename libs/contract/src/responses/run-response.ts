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
import { printTimestamp } from '../time/timestamp.js';
import { coerceField, type OnInvalidField } from './invalid-fields.js';
import { RUN_FIELDS, type RunField, type RunKind } from './run-fields.js';
import { agentDataSdkLabel, withSdkLabel } from './sdk-label.js';

/** What a run's response takes from its session. */
export type RunOwner = Pick<StoredSession, 'session_type' | 'agent_id' | 'team_id' | 'workflow_id' | 'agent_data'>;

const RUN_MEMBERS = new MemberNames([
  ...Object.values(RUN_FIELDS).flatMap((fields) => fields.map(({ name }) => name)),
  ...['team_id', 'workflow_id', 'agent_name', 'team_name', 'input', 'content_type', 'messages'],
]);

export function runOf(raw: RawJson): Run {
  return membersOf(raw, RUN_MEMBERS);
}

/** Writes one run in the shape of `kind`. `label` is the SDK label that its session lends it. */
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
    // Such a field looks through all of the input or the messages.
    if (isLarge && field.value !== undefined) yield;
    const made = fieldValue(field, run);
    const stored = typeof made === 'object' ? yield* made : made;
    const value = kind === 'agent' && field.name === 'metadata' ? withSdkLabel(stored, label) : stored;
    writer.field(field.name, printedField(field, value, onInvalid), nulls);
    if (value !== undefined && value.length > YIELD_LENGTH) yield;
  }
  writer.closeObject();
}

const LONG_MEMBERS = ['input', 'messages'];
/** From this length on, in characters, other requests run before the next field. */
const YIELD_LENGTH = 65_536;

/** The value of a field before it is printed. For a large run it may be made in steps. */
export function fieldValue(field: RunField, run: Run): RawJson | undefined | Steps<RawJson> {
  return field.value === undefined ? (run.get(field.name) ?? field.missing) : field.value(run);
}

/** The value of a field as it is printed; undefined for null and for what does not fit. */
export function printedField(
  { kind, name }: RunField,
  value: RawJson | undefined,
  onInvalid: OnInvalidField,
): RawJson | undefined {
  if (kind !== 'timestamp') return coerceField(kind, name, value, onInvalid);
  if (!isPresent(value)) return undefined;
  const printed = printTimestamp(value);
  if (printed === undefined) onInvalid(name);
  return printed;
}

/** The shape of a run in a listing; undefined for runs that the listing leaves out. `type` overrules the stored type. */
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

/** The shape of a run by its own fields, as the single run's route tells it. */
export function ownRunKind(run: Run): RunKind {
  if (isPresent(run.get('workflow_id'))) return 'workflow';
  return isPresent(run.get('team_id')) ? 'team' : 'agent';
}

/** The label that an agent session lends its own agent's runs; members and steps of others get none. */
export function inheritedSdkLabel(run: Run, owner: RunOwner): RawJson | undefined {
  if (listedType(owner) !== 'agent') return undefined;
  const agentId = run.get('agent_id');
  const isOwn = !isPresent(agentId) || (kindOf(agentId) === 'string' && unquote(agentId) === owner.agent_id);
  return isOwn ? agentDataSdkLabel(owner.agent_data) : undefined;
}

/** The status that a run of this shape shows; undefined for null and for what is no string. */
export function runStatus(kind: RunKind, run: Run): RawJson | undefined {
  const field = RUN_FIELDS[kind].find(({ name }) => name === 'status');
  return coerceField('text', 'status', run.get('status') ?? field?.missing, () => undefined);
}

/** Length of previewed texts in code points. */
const PREVIEW_LENGTH = 280;

/** The fields of a preview: those of the run's own shape, texts cut short. */
const PREVIEW_FIELDS: readonly (readonly [printedName: string, name: string])[] = [
  ...['run_id', 'parent_run_id', 'agent_id', 'team_id', 'workflow_id', 'user_id', 'status'].map(
    (name) => [name, name] as const,
  ),
  ['run_input', 'run_input'],
  ['content_preview', 'content'],
  ['created_at', 'created_at'],
];

/** Writes one entry of `GET /sessions/{id}/run-previews`. */
export function* writeRunPreview(writer: JsonWriter, kind: RunKind, run: Run, onInvalid: OnInvalidField): Steps<void> {
  writer.openObject();
  for (const [printedName, name] of PREVIEW_FIELDS) {
    const field = RUN_FIELDS[kind].find((candidate) => candidate.name === name);
    if (field === undefined) continue;
    const made = fieldValue(field, run);
    const value = printedField(field, typeof made === 'object' ? yield* made : made, onInvalid);
    const isText = name === 'run_input' || name === 'content';
    writer.member(printedName, isText && value !== undefined ? previewOf(value) : value);
  }
  writer.closeObject();
}

function previewOf(value: RawJson): RawJson {
  const isString = kindOf(value) === 'string';
  const text = isString ? unquote(shortened(value, PREVIEW_LENGTH)) : runSync(dumps(value, PREVIEW_LENGTH));
  return isString && text.length < PREVIEW_LENGTH ? value : quote(firstCharacters(text, PREVIEW_LENGTH));
}
