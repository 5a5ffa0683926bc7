import type { BodyText } from '../json/body-text.js';
import { EMPTY_OBJECT, isPresent, isTruthy, kindOf, membersOf, NULL, quote, type RawJson } from '../json/raw-json.js';
import { rebuiltRunInput } from '../message/index.js';
import type { SessionType } from '../session/session-type.js';
import type { StoredSession } from '../session/stored-session.js';
import { labelled, labelOfAgentData } from './agent-label.js';
import { BodyWriter, type Nulls, type OnMisfit } from './body-writer.js';
import { chatHistory } from './chat-history.js';
import { fitted } from './field-kinds.js';
import type { Run } from './merged-runs.js';
import { rebuiltRuns } from './rebuilt-runs.js';
import { sessionDataOf, textOf, timestamp } from './session-list.js';
import { sessionSummary } from './session-summary.js';
import { derivedTitle, storedName, titleSource } from './session-title.js';
import type { Steps } from './steps.js';

/** What a detail is made from, and how. */
export interface DetailContext {
  readonly session: StoredSession;
  readonly runs: readonly Run[];
  readonly nulls: Nulls;
  readonly onMisfit: OnMisfit;
  /** Unix seconds. */
  readonly now: () => number;
}

/** The body of a session detail in the shape of `type`, which need not be the stored one. */
export function* sessionDetail(type: SessionType, context: DetailContext): Steps<BodyText> {
  if (type === 'workflow') return workflowDetail(context);
  const view = yield* conversation(type, context);
  return type === 'agent' ? agentDetail(context, view) : teamDetail(context, view);
}

function agentDetail(context: DetailContext, view: Conversation): BodyText {
  const { session, onMisfit } = context;
  return new BodyWriter(context.nulls)
    .add('user_id', textOf(session.user_id))
    .add('agent_session_id', quote(session.session_id))
    .add('session_id', quote(session.session_id))
    .add('session_name', view.name)
    .add('session_summary', view.summary)
    .add('session_state', view.state)
    .add('agent_id', textOf(session.agent_id || null))
    .add('total_tokens', view.totalTokens)
    .add('agent_data', fitted('dict', 'agent_data', session.agent_data, onMisfit))
    .add('metrics', view.metrics)
    .add(
      'metadata',
      fitted('dict', 'metadata', labelled(session.metadata, labelOfAgentData(session.agent_data)), onMisfit),
    )
    .add('chat_history', view.chatHistory)
    .add('created_at', view.createdAt)
    .add('updated_at', view.updatedAt)
    .done();
}

function teamDetail(context: DetailContext, view: Conversation): BodyText {
  const { session, onMisfit } = context;
  return new BodyWriter(context.nulls)
    .add('session_id', quote(session.session_id))
    .add('session_name', view.name)
    .add('user_id', textOf(session.user_id))
    .add('team_id', textOf(session.team_id))
    .add('session_summary', view.summary)
    .add('session_state', view.state)
    .add('metrics', view.metrics)
    .add('team_data', fitted('dict', 'team_data', session.team_data, onMisfit))
    .add('metadata', fitted('dict', 'metadata', session.metadata, onMisfit))
    .add('chat_history', view.chatHistory)
    .add('created_at', view.createdAt)
    .add('updated_at', view.updatedAt)
    .add('total_tokens', view.totalTokens)
    .done();
}

/** A workflow session has no conversation, summary or metrics; its dictionaries are never null. */
function workflowDetail({ session, runs, nulls, onMisfit, now }: DetailContext): BodyText {
  const data = sessionDataOf(session.session_data);
  const workflowData = fitted('dict', 'workflow_data', session.workflow_data, onMisfit) ?? EMPTY_OBJECT;
  const source = titleSource('workflow', rebuiltRuns('workflow', runs), () => undefined);
  const name = storedName(data) ?? derivedTitle('workflow', source, membersOf(workflowData).get('name'));
  const createdAt = pastTimestamp('created_at', session.created_at, onMisfit);
  const updatedAt = session.updated_at ?? (String(now()) as RawJson);
  return new BodyWriter(nulls)
    .add('user_id', textOf(session.user_id))
    .add('workflow_id', textOf(session.workflow_id))
    .add('workflow_name', NULL)
    .add('session_id', quote(session.session_id))
    .add('session_name', fitted('text', 'session_name', name, onMisfit))
    .add('session_data', fitted('dict', 'session_data', session.session_data, onMisfit) ?? EMPTY_OBJECT)
    .add('session_state', fitted('dict', 'session_state', data.get('session_state'), onMisfit))
    .add('workflow_data', workflowData)
    .add('metadata', fitted('dict', 'metadata', session.metadata, onMisfit) ?? EMPTY_OBJECT)
    .add('created_at', createdAt)
    .add('updated_at', pastTimestamp('updated_at', updatedAt, onMisfit) ?? createdAt)
    .done();
}

/** What agent and team details have in common, as printed; undefined for null. */
interface Conversation {
  readonly name: RawJson | undefined;
  readonly summary: RawJson | undefined;
  readonly state: RawJson | undefined;
  readonly metrics: RawJson | undefined;
  readonly totalTokens: RawJson | undefined;
  readonly chatHistory: BodyText;
  readonly createdAt: RawJson | undefined;
  readonly updatedAt: RawJson | undefined;
}

function* conversation(type: 'agent' | 'team', { session, runs, onMisfit, now }: DetailContext): Steps<Conversation> {
  const data = sessionDataOf(session.session_data);
  const kept = rebuiltRuns(type, runs);
  const name = storedName(data) ?? derivedTitle(type, titleSource(type, kept, rebuiltInput), undefined);
  const metrics =
    data.size === 0 ? undefined : fitted('dict', 'metrics', data.get('session_metrics') ?? EMPTY_OBJECT, onMisfit);
  const tokens = metrics === undefined ? undefined : membersOf(metrics).get('total_tokens');
  const createdAt = pastTimestamp('created_at', session.created_at, onMisfit);
  return {
    name: fitted('text', 'session_name', name, onMisfit),
    summary: sessionSummary(session.summary),
    state: fitted('dict', 'session_state', data.get('session_state'), onMisfit),
    metrics,
    totalTokens: fitted('integer', 'total_tokens', tokens, onMisfit),
    chatHistory: yield* chatHistory(kept, now),
    createdAt,
    updatedAt: pastTimestamp('updated_at', session.updated_at, onMisfit) ?? createdAt,
  };
}

function rebuiltInput(run: ReadonlyMap<string, RawJson>): RawJson | undefined {
  const input = run.get('input');
  if (!isPresent(input) || !isTruthy(input)) return undefined;
  return kindOf(input) === 'object' ? rebuiltRunInput(input) : input;
}

/** Details take a time of 0 for none. */
function pastTimestamp(field: string, raw: RawJson | null, onMisfit: OnMisfit): RawJson | undefined {
  return raw === '0' ? undefined : timestamp(field, raw, onMisfit);
}
