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

/** `if_exists` of a new session whose id is taken: `raise` responds 409; `do_nothing` with the existing session. */
const IF_EXISTS = ['raise', 'do_nothing'] as const;

/** Parameters of `POST /sessions`. Strings and JSON are cleaned, ids are not. State, metadata, summary are objects. */
export interface CreateSession extends WithDeferredProblem {
  readonly type: SessionType;
  readonly dbId: string | undefined;
  /** An extension of the contract: what to do when the id is taken; by default `raise`. */
  readonly ifExists: (typeof IF_EXISTS)[number] | undefined;
  /** Undefined: the service generates an id. */
  readonly sessionId: string | undefined;
  readonly sessionName: string | undefined;
  readonly sessionState: RawJson | undefined;
  readonly metadata: RawJson | undefined;
  readonly userId: string | undefined;
  /** Only the component id that matches the session's type is set. */
  readonly agentId: string | undefined;
  readonly teamId: string | undefined;
  readonly workflowId: string | undefined;
  /** An extension of the contract: the summary in its stored form. */
  readonly summary: RawJson | undefined;
  /** An extension of the contract: the initial runs in order, each an object with a unique `run_id`. */
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
  const ifExists = query.choice('if_exists', IF_EXISTS);

  const fields = readFields(body, MEMBERS, log, 'empty');
  const sessionId = fields.id('session_id') || undefined;
  const sessionName = fields.cleanedString('session_name');
  const sessionState = yield* fields.cleanedObject('session_state');
  const metadata = yield* readMetadata(fields);
  const userId = fields.id('user_id');
  const componentIds = readComponentIds(fields, type);

  const extensions = fields.withRules({ report: log.reportDeviation });
  const summary = yield* readSummary(extensions, log.reportDeviation);
  const runs = yield* readInitialRuns(extensions, sessionId, log.reportDeviation);

  return {
    deferredProblem: log.throwOrDefer(),
    type,
    dbId,
    ifExists,
    sessionId,
    userId,
    ...componentIds,
    sessionName,
    sessionState,
    // A new session has no metadata when the client sent only reserved keys.
    metadata: isPresent(metadata) ? metadata : undefined,
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

/**
 * 422 for an id that exceeds the size of an index row. Only PostgreSQL can detect it (SQLSTATE 54000,
 * program_limit_exceeded), because it compresses ids: 100,000 equal letters fit, 2,693 random letters do not.
 */
export function idTooLong(name: string, id: string): HttpProblem {
  return unprocessable([invalidValue(['body', name], 'id is too long for the index of its table', quote(id))]);
}
