import { BodyJoiner, type BodyText, listText } from '../json/body-text.js';
import { isTruthy, kindOf, membersOf, quote, type RawJson } from '../json/raw-json.js';
import { listedType } from '../session/session-type.js';
import type { ListedSession } from '../session/stored-session.js';
import { printTimestamp } from '../time/index.js';
import { agentLabel, labelled } from './agent-label.js';
import { BodyWriter, type OnMisfit } from './body-writer.js';
import { fitted } from './field-kinds.js';
import { derivedTitle, storedName, type TitleSource } from './session-title.js';

const NO_DATA: ReadonlyMap<string, RawJson> = new Map();

/** The members of a stored session_data; nothing for null and for what is no object. */
export function sessionDataOf(raw: RawJson | null): ReadonlyMap<string, RawJson> {
  return raw !== null && kindOf(raw) === 'object' ? membersOf(raw) : NO_DATA;
}

/** True when a list must look into the session's first run to name it. */
export function isUnnamed(session: ListedSession): boolean {
  return storedName(sessionDataOf(session.session_data)) === undefined;
}

/** One entry of `GET /sessions`. */
export function listItem(session: ListedSession, source: TitleSource | undefined, onMisfit: OnMisfit): BodyText {
  const type = listedType(session);
  const data = sessionDataOf(session.session_data);
  const name = storedName(data) ?? derivedTitle(type, source, session.workflow_name);
  const metrics = fitted('dict', 'metrics', data.get('session_metrics'), onMisfit);
  const tokens = isTruthy(metrics) ? membersOf(metrics).get('total_tokens') : undefined;
  const label = type === 'agent' ? agentLabel(session.sdk, session.framework) : undefined;
  return new BodyWriter('dropped')
    .add('session_id', quote(session.session_id))
    .add('session_name', fitted('text', 'session_name', name, onMisfit))
    .add('session_state', fitted('dict', 'session_state', data.get('session_state'), onMisfit))
    .add('created_at', timestamp('created_at', session.created_at, onMisfit))
    .add('updated_at', timestamp('updated_at', session.updated_at, onMisfit))
    .add('session_type', quote(type))
    .add('user_id', textOf(session.user_id))
    .add('agent_id', textOf(session.agent_id))
    .add('team_id', textOf(session.team_id))
    .add('workflow_id', textOf(session.workflow_id))
    .add('session_summary', fitted('dict', 'session_summary', session.summary, onMisfit))
    .add('metrics', metrics)
    .add('total_tokens', fitted('integer', 'total_tokens', tokens, onMisfit))
    .add('metadata', fitted('dict', 'metadata', labelled(session.metadata, label), onMisfit))
    .done();
}

/** The body of `GET /sessions`. `total` is the number of all matching sessions. */
export function listBody(items: readonly BodyText[], page: bigint, limit: bigint, total: bigint): BodyText {
  const pages = (total + limit - 1n) / limit;
  const meta = `{"page":${page},"limit":${limit},"total_pages":${pages},"total_count":${total},"search_time_ms":0.0}`;
  return new BodyJoiner().add('{"data":').addValue(listText(items)).add(`,"meta":${meta}}`).done();
}

/** A column of text as JSON; absent when NULL. */
export function textOf(value: string | null): RawJson | undefined {
  return value === null ? undefined : quote(value);
}

/** Stored unix seconds as the API prints them; a time that no calendar has is a misfit. */
export function timestamp(field: string, raw: RawJson | null | undefined, onMisfit: OnMisfit): RawJson | undefined {
  if (raw === null || raw === undefined || raw === 'null') return undefined;
  const printed = printTimestamp(raw);
  if (printed === undefined) onMisfit(field);
  return printed;
}
