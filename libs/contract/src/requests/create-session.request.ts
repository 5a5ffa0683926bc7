import { isPresent, MemberNames, quote, type RawJson, type Steps } from '@session-service/json';
import { type ReceivedBody, readBody } from '../body.js';
import { type HttpProblem, unprocessable } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { SESSION_TYPES, type SessionType } from '../stored-session.js';
import { IssueLog, invalidValue } from '../validation-issues.js';
import { type Fields, readFields } from './body-fields.js';
import type { WithDeferredProblem } from './get-session.request.js';
import { readInitialRuns } from './initial-runs.js';
import { readMetadata, readSummary } from './session-members.js';

/** `POST /sessions`. Texts and JSON are cleaned, ids are as sent; state, metadata and summary are objects. */
export interface CreateSession extends WithDeferredProblem {
  readonly type: SessionType;
  readonly dbId: string | undefined;
  /** Undefined: to be generated. */
  readonly sessionId: string | undefined;
  readonly sessionName: string | undefined;
  readonly sessionState: RawJson | undefined;
  readonly metadata: RawJson | undefined;
  readonly userId: string | undefined;
  /** Of the three ids of components only the one of the session's type is kept. */
  readonly agentId: string | undefined;
  readonly teamId: string | undefined;
  readonly workflowId: string | undefined;
  /** Beyond AgentOS: a summary, in the form in which it is stored. */
  readonly summary: RawJson | undefined;
  /** Beyond AgentOS: the runs that the session begins with, in their order; objects, each with a `run_id` of its own. */
  readonly runs: readonly RawJson[] | undefined;
}

const MEMBERS = new MemberNames([
  'session_id',
  'session_name',
  'session_state',
  'metadata',
  'user_id',
  'agent_id',
  'team_id',
  'workflow_id',
  'summary',
  'runs',
]);

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or those of `readBody`
 */
export function* parseCreateSession(rawQuery: string, received: ReceivedBody): Steps<CreateSession> {
  const body = yield* readBody(received);
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const type = query.choice('type', SESSION_TYPES) ?? 'agent';
  const dbId = query.reference('db_id');

  const fields = readFields(body, MEMBERS, log, 'empty');
  const sessionId = fields.id('session_id') || undefined;
  const sessionName = fields.cleanedString('session_name');
  const sessionState = yield* fields.cleanedObject('session_state');
  const metadata = yield* readMetadata(fields);
  const userId = fields.id('user_id');
  const componentIds = readComponentIds(fields, type);

  const ours = fields.withRules({ report: log.reportDeviation });
  const summary = yield* readSummary(ours, log.reportDeviation);
  const runs = yield* readInitialRuns(ours, sessionId, log.reportDeviation);
  const refusal = log.throwOrDefer();

  const ids = { sessionId, userId, ...componentIds };
  return {
    deferredProblem: refusal,
    type,
    dbId,
    ...ids,
    sessionName,
    sessionState,
    metadata: undefinedIfNull(metadata),
    summary,
    runs,
  };
}

function readComponentIds(fields: Fields, type: SessionType) {
  const read = (owner: SessionType) => {
    const name = `${owner}_id`;
    if (owner === type) return fields.id(name);
    fields.string(name);
    return undefined;
  };
  return { agentId: read('agent'), teamId: read('team'), workflowId: read('workflow') };
}

/** A new session without metadata and one whose metadata was all reserved are the same. */
function undefinedIfNull(metadata: RawJson | undefined): RawJson | undefined {
  return isPresent(metadata) ? metadata : undefined;
}

/**
 * 422 for an id of a create request that does not fit into an index of the tables. PostgreSQL decides (SQLSTATE 54000,
 * program_limit_exceeded): it compresses ids, so that one of 100,000 equal letters fits and one of 2,693 random ones does not.
 */
export function idTooLong(name: string, id: string): HttpProblem {
  return unprocessable([invalidValue(['body', name], 'id is too long for the index of its table', quote(id))]);
}
