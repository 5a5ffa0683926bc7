import { asRaw, type JsonWriter, MemberNames, membersOf, quote, type RawJson, type Steps } from '@session-service/json';
import { type ListedSession, listedType } from '../stored-session.js';
import { derivedTitle, storedName, type TitleSource } from './derived-title.js';
import { coerceField, type OnInvalidField } from './invalid-fields.js';
import { sdkLabel, withSdkLabel } from './sdk-label.js';

const SESSION_DATA_MEMBERS = new MemberNames(['session_name', 'session_state', 'session_metrics']);

/** The members of a stored `session_data` that responses show; no members when it is not an object. */
export function sessionDataOf(raw: RawJson | null | undefined): ReadonlyMap<string, RawJson> {
  return membersOf(raw, SESSION_DATA_MEMBERS);
}

/** The sessions of a page in order. A large page is loaded in parts while it is read. */
export interface SessionSource {
  /** Returns the next session, or undefined after the last. Waits until it is loaded. */
  next(): Steps<ListedSession | undefined>;
}

interface ListPage {
  readonly sessions: SessionSource;
  /** Undefined in a list with cursors. */
  readonly page: bigint | undefined;
  readonly limit: bigint;
  /** Number of matching sessions on all pages; undefined: not counted. */
  readonly total: bigint | undefined;
  /** In a list with cursors: called after the last session; null on the last page. */
  readonly nextCursor: (() => string | null) | undefined;
}

/** Writes the body of `GET /sessions`. The field names passed to `onInvalid` include the session id. */
export function* writeSessionList(writer: JsonWriter, list: ListPage, onInvalid: OnInvalidField): Steps<void> {
  writer.openObject().key('data').openArray();
  const { sessions } = list;
  for (let session = yield* sessions.next(); session !== undefined; session = yield* sessions.next()) {
    const id = session.session_id;
    writeListItem(writer, session, (field) => onInvalid(`${field} of '${id}'`));
    yield;
  }
  writer.closeArray().key('meta').value(pageInfo(list)).closeObject();
}

function pageInfo({ page, limit, total, nextCursor }: ListPage): RawJson {
  const number = page === undefined ? '' : `"page":${page},`;
  const totals = total === undefined ? '' : `"total_pages":${(total + limit - 1n) / limit},"total_count":${total},`;
  const cursor = nextCursor === undefined ? '' : `,"next_cursor":${JSON.stringify(nextCursor())}`;
  return asRaw(`{${number}"limit":${limit},${totals}"search_time_ms":0.0${cursor}}`);
}

function writeListItem(writer: JsonWriter, session: ListedSession, onInvalid: OnInvalidField): void {
  const type = listedType(session);
  const data = sessionDataOf(coerceField('dict', 'session_data', session.session_data, onInvalid));
  const name = storedName(data) ?? derivedTitle(type, listedTitle(session), session.workflow_name);
  const metrics = coerceField('dict', 'metrics', data.get('session_metrics'), onInvalid);
  const label = type === 'agent' ? sdkLabel(session.sdk, session.framework) : undefined;
  writer
    .openObject()
    .member('session_id', quote(session.session_id))
    .member('session_name', coerceField('string', 'session_name', name, onInvalid))
    .member('session_state', coerceField('dict', 'session_state', data.get('session_state'), onInvalid))
    .member('created_at', coerceField('timestamp', 'created_at', session.created_at, onInvalid))
    .member('updated_at', coerceField('timestamp', 'updated_at', session.updated_at, onInvalid))
    .member('session_type', quote(type))
    .member('user_id', stringColumn(session.user_id))
    .member('agent_id', stringColumn(session.agent_id))
    .member('team_id', stringColumn(session.team_id))
    .member('workflow_id', stringColumn(session.workflow_id))
    .member('session_summary', coerceField('dict', 'session_summary', session.summary, onInvalid))
    .member('metrics', metrics)
    .member('total_tokens', totalTokens(metrics, onInvalid))
    .member('metadata', coerceField('dict', 'metadata', withSdkLabel(session.metadata, label), onInvalid))
    .closeObject();
}

function listedTitle({ title_found, title_message, title_input }: ListedSession): TitleSource | undefined {
  if (title_found === 'f') return undefined;
  return { message: title_message ?? undefined, input: title_input ?? undefined };
}

const TOTAL_TOKENS_MEMBER = new MemberNames(['total_tokens']);

/** Reads `total_tokens` from stored metrics. */
export function totalTokens(metrics: RawJson | undefined, onInvalid: OnInvalidField): RawJson | undefined {
  return coerceField('integer', 'total_tokens', membersOf(metrics, TOTAL_TOKENS_MEMBER).get('total_tokens'), onInvalid);
}

/** A text column as a JSON string; undefined for NULL. */
export function stringColumn(value: string | null): RawJson | undefined {
  return value === null ? undefined : quote(value);
}
