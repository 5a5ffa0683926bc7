import type { BodyText } from '../json/body-text.js';
import { isPresent, kindOf, membersOf, type RawJson, unquote } from '../json/raw-json.js';
import { effectiveType, listedType, type SessionType } from '../session/session-type.js';
import type { StoredSession } from '../session/stored-session.js';
import { printTimestamp } from '../time/index.js';
import { labelled, labelOfAgentData } from './agent-label.js';
import { BodyWriter, type Nulls, type OnMisfit } from './body-writer.js';
import { fitted } from './field-kinds.js';
import type { Run } from './merged-runs.js';
import { RUN_SCHEMAS, type RunField, type RunKind } from './run-schemas.js';

/** What a run's answer takes from its session. */
export type RunOwner = Pick<StoredSession, 'session_type' | 'agent_id' | 'team_id' | 'workflow_id' | 'agent_data'>;

/** The body of one run in the shape of `kind`. `label` is the SDK label that its session lends it. */
export function runBody(
  kind: RunKind,
  run: Run,
  label: RawJson | undefined,
  nulls: Nulls,
  onMisfit: OnMisfit,
): BodyText {
  const body = new BodyWriter(nulls);
  for (const field of RUN_SCHEMAS[kind]) body.add(field.name, runField(field, kind, run, label, onMisfit));
  return body.done();
}

/** One field of a run, as `runBody` prints it; undefined for null. */
export function runField(
  field: RunField,
  kind: RunKind,
  run: Run,
  label: RawJson | undefined,
  onMisfit: OnMisfit,
): RawJson | undefined {
  const stored = field.value === undefined ? (run.get(field.name) ?? field.missing) : field.value(run);
  if (field.kind === 'timestamp')
    return isPresent(stored) ? (printTimestamp(stored) ?? misfit(field.name, onMisfit)) : undefined;
  const value = kind === 'agent' && field.name === 'metadata' ? labelled(stored, label) : stored;
  return fitted(field.kind, field.name, value, onMisfit);
}

function misfit(field: string, onMisfit: OnMisfit): undefined {
  onMisfit(field);
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
export function lentLabel(run: Run, owner: RunOwner): RawJson | undefined {
  if (listedType(owner) !== 'agent') return undefined;
  const agentId = run.get('agent_id');
  const isOwn = !isPresent(agentId) || (kindOf(agentId) === 'string' && unquote(agentId) === owner.agent_id);
  return isOwn ? labelOfAgentData(owner.agent_data) : undefined;
}

/** The status that a run of this shape shows. */
export function runStatus(kind: RunKind, run: Run): RawJson | undefined {
  const field = RUN_SCHEMAS[kind].find(({ name }) => name === 'status');
  return field && runField(field, kind, run, undefined, () => undefined);
}

/** The members of a run's JSON text. */
export function runOf(raw: RawJson): Run {
  return membersOf(raw);
}
