import {
  asRaw,
  EMPTY_OBJECT,
  isPresent,
  isTruthy,
  type JsonWriter,
  kindOf,
  MemberNames,
  membersOf,
  NULL,
  type NullPolicy,
  objectOf,
  quote,
  type RawJson,
  type Steps,
  unquote,
} from '@session-service/json';
import { ItemPath } from '../messages/derived-id.js';
import { rebuiltRunInput } from '../messages/rebuilt-run-input.js';
import type { Run, RunSource, SessionType, StoredSession } from '../stored-session.js';
import { reprintIsoDatetime } from '../time/iso-datetime.js';
import { writeChatHistory } from './chat-history.js';
import { derivedTitle, findTitleSource, storedName } from './derived-title.js';
import { coerceField, type OnInvalidField } from './invalid-fields.js';
import { agentDataSdkLabel, withSdkLabel } from './sdk-label.js';
import { sessionDataOf, stringColumn, totalTokens } from './session-list.js';
import { isShownInDetail } from './visible-runs.js';

interface DetailContext {
  readonly session: StoredSession;
  readonly runs: RunSource;
  /** False: `chat_history` is omitted, and `runs` is not rewound. */
  readonly hasChatHistory: boolean;
  readonly nulls: NullPolicy;
  readonly onInvalid: OnInvalidField;
  /** Current time in Unix seconds, printed as `updated_at` of a workflow session that has none. */
  readonly now: () => number;
}

const NAME_MEMBER = new MemberNames(['name']);

/** Writes the detail of a session in the schema of `type`, which may differ from its stored type. */
export function writeSessionDetail(writer: JsonWriter, type: SessionType, context: DetailContext): Steps<void> {
  return WRITERS[type](writer, context);
}

const WRITERS: Record<SessionType, (writer: JsonWriter, context: DetailContext) => Steps<void>> = {
  agent: writeAgent,
  team: writeTeam,
  workflow: writeWorkflow,
};

function* writeAgent(writer: JsonWriter, context: DetailContext): Steps<void> {
  const { session, nulls, onInvalid } = context;
  const common = yield* conversationFields('agent', context);
  yield;
  const metadata = withSdkLabel(session.metadata, agentDataSdkLabel(session.agent_data));
  writer
    .openObject()
    .field('user_id', stringColumn(session.user_id), nulls)
    .field('agent_session_id', quote(session.session_id), nulls)
    .field('session_id', quote(session.session_id), nulls)
    .field('session_name', common.name, nulls)
    .field('session_summary', common.summary, nulls)
    .field('session_state', common.state, nulls)
    .field('agent_id', stringColumn(session.agent_id || null), nulls)
    .field('total_tokens', common.totalTokens, nulls)
    .field('agent_data', coerceField('dict', 'agent_data', session.agent_data, onInvalid), nulls)
    .field('metrics', common.metrics, nulls)
    .field('metadata', coerceField('dict', 'metadata', metadata, onInvalid), nulls);
  yield* writeHistory('agent', writer, context);
  writer.field('created_at', common.createdAt, nulls).field('updated_at', common.updatedAt, nulls).closeObject();
}

function* writeTeam(writer: JsonWriter, context: DetailContext): Steps<void> {
  const { session, nulls, onInvalid } = context;
  const common = yield* conversationFields('team', context);
  yield;
  writer
    .openObject()
    .field('session_id', quote(session.session_id), nulls)
    .field('session_name', common.name, nulls)
    .field('user_id', stringColumn(session.user_id), nulls)
    .field('team_id', stringColumn(session.team_id), nulls)
    .field('session_summary', common.summary, nulls)
    .field('session_state', common.state, nulls)
    .field('metrics', common.metrics, nulls)
    .field('team_data', coerceField('dict', 'team_data', session.team_data, onInvalid), nulls)
    .field('metadata', coerceField('dict', 'metadata', session.metadata, onInvalid), nulls);
  yield* writeHistory('team', writer, context);
  writer
    .field('created_at', common.createdAt, nulls)
    .field('updated_at', common.updatedAt, nulls)
    .field('total_tokens', common.totalTokens, nulls)
    .closeObject();
}

function* writeHistory(type: 'agent' | 'team', writer: JsonWriter, context: DetailContext): Steps<void> {
  if (!context.hasChatHistory) return;
  writer.key('chat_history');
  yield* writeChatHistory(writer, context.runs, (run) => isShownInDetail(type, run), context.session);
}

/** Workflow details have no chat history, summary or metrics; session_data, workflow_data, metadata are never null. */
function* writeWorkflow(writer: JsonWriter, { session, runs, nulls, onInvalid, now }: DetailContext): Steps<void> {
  const data = sessionDataOf(session.session_data);
  yield;
  const workflowData = coerceField('dict', 'workflow_data', session.workflow_data, onInvalid) ?? EMPTY_OBJECT;
  const name = storedName(data) ?? (yield* workflowTitle(runs, workflowData));
  const createdAt = pastTimestamp('created_at', session.created_at, onInvalid);
  const updatedAt = session.updated_at ?? asRaw(String(now()));
  writer
    .openObject()
    .field('user_id', stringColumn(session.user_id), nulls)
    .field('workflow_id', stringColumn(session.workflow_id), nulls)
    .field('workflow_name', NULL, nulls)
    .field('session_id', quote(session.session_id), nulls)
    .field('session_name', coerceField('string', 'session_name', name, onInvalid), nulls)
    .field('session_data', coerceField('dict', 'session_data', session.session_data, onInvalid) ?? EMPTY_OBJECT, nulls)
    .field('session_state', coerceField('dict', 'session_state', data.get('session_state'), onInvalid), nulls)
    .field('workflow_data', workflowData, nulls)
    .field('metadata', coerceField('dict', 'metadata', session.metadata, onInvalid) ?? EMPTY_OBJECT, nulls)
    .field('created_at', createdAt, nulls)
    .field('updated_at', pastTimestamp('updated_at', updatedAt, onInvalid) ?? createdAt, nulls)
    .closeObject();
}

function* workflowTitle(runs: RunSource, workflowData: RawJson): Steps<RawJson> {
  const source = yield* findTitleSource('workflow', runs, (run) => isShownInDetail('workflow', run), noInput);
  return derivedTitle('workflow', source, membersOf(workflowData, NAME_MEMBER).get('name'));
}

/** No run input: the title of a workflow uses the stored input, which `findTitleSource` reads itself. */
function* noInput(): Steps<undefined> {}

/** The fields that agent and team details have in common; undefined is printed as null. */
interface ConversationFields {
  readonly name: RawJson | undefined;
  readonly summary: RawJson | undefined;
  readonly state: RawJson | undefined;
  readonly metrics: RawJson | undefined;
  readonly totalTokens: RawJson | undefined;
  readonly createdAt: RawJson | undefined;
  readonly updatedAt: RawJson | undefined;
}

function* conversationFields(
  type: 'agent' | 'team',
  { session, runs, onInvalid }: DetailContext,
): Steps<ConversationFields> {
  const data = sessionDataOf(session.session_data);
  const name = storedName(data) ?? (yield* conversationTitle(type, runs));
  // AgentOS reads metrics only when session_data is a non-empty object.
  const { session_data: stored } = session;
  const hasData = isTruthy(stored) && kindOf(stored) === 'object';
  const metrics = coerceField(
    'dict',
    'metrics',
    hasData ? (data.get('session_metrics') ?? EMPTY_OBJECT) : undefined,
    onInvalid,
  );
  const createdAt = pastTimestamp('created_at', session.created_at, onInvalid);
  return {
    name: coerceField('string', 'session_name', name, onInvalid),
    summary: sessionSummary(type, session.summary),
    state: coerceField('dict', 'session_state', data.get('session_state'), onInvalid),
    metrics,
    totalTokens: totalTokens(metrics, onInvalid),
    createdAt,
    updatedAt: pastTimestamp('updated_at', session.updated_at, onInvalid) ?? createdAt,
  };
}

function* conversationTitle(type: 'agent' | 'team', runs: RunSource): Steps<RawJson> {
  return derivedTitle(
    type,
    yield* findTitleSource(type, runs, (run) => isShownInDetail(type, run), rebuiltInput),
    undefined,
  );
}

function* rebuiltInput(run: Run): Steps<RawJson | undefined> {
  const input = run.get('input');
  if (!isTruthy(input)) return undefined;
  return kindOf(input) === 'object' ? yield* rebuiltRunInput(input, ItemPath.ofRun(run.get('run_id') ?? NULL)) : input;
}

/** Prints a time of a detail, where 0 counts as null, unlike in lists. */
function pastTimestamp(field: string, raw: RawJson | null, onInvalid: OnInvalidField): RawJson | undefined {
  return raw === '0' ? undefined : coerceField('timestamp', field, raw, onInvalid);
}

const SUMMARY_KEYS = new MemberNames(['summary', 'topics', 'updated_at']);

/**
 * Prints the summary of a detail: known keys that are not null, with the date as printed by Python's `isoformat`. An
 * invalid date is printed as stored. Details of teams omit a summary without any. Lists print the whole summary as stored.
 */
export function sessionSummary(type: 'agent' | 'team', stored: RawJson | null): RawJson | undefined {
  if (!isTruthy(stored) || kindOf(stored) !== 'object') return undefined;
  const members = membersOf(stored, SUMMARY_KEYS);
  const present = (key: string) => (isPresent(members.get(key)) ? members.get(key) : undefined);
  const updatedAt = members.get('updated_at');
  const summary = objectOf([
    ['summary', present('summary')],
    ['topics', present('topics')],
    ['updated_at', isTruthy(updatedAt) ? reprintDate(updatedAt) : undefined],
  ]);
  return type === 'team' && !isTruthy(summary) ? undefined : summary;
}

function reprintDate(date: RawJson): RawJson {
  if (kindOf(date) !== 'string') return date;
  const printed = reprintIsoDatetime(unquote(date));
  return printed === undefined ? date : quote(printed);
}
