import { itemsOf, kindOf, MemberNames, membersOf, type RawJson, type Steps, stringOf } from '@session-service/json';
import { type ReceivedBody, readBody } from '../body.js';
import { problem } from '../http-problem.js';
import { QueryReader } from '../query-parameters.js';
import { isStorableId } from '../storable.js';
import { SESSION_TYPES } from '../stored-session.js';
import {
  echo,
  emptyList,
  IssueLog,
  type Loc,
  missing,
  notAList,
  notAString,
  wrongChoice,
} from '../validation-issues.js';
import { readModel } from './body-fields.js';
import { readTableReference, type TableReference } from './get-session.request.js';

/** Parameters of `DELETE /sessions/{id}`. `type` and the body are ignored. */
export interface DeleteSession extends TableReference {
  readonly userId: string | undefined;
  /** If true, the request gets a 503 after its database is resolved, because this service has no media storage. */
  readonly deleteMedia: boolean;
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422
 */
export function parseDeleteSession(rawQuery: string): DeleteSession {
  const log = new IssueLog();
  const parameters = readDeleteParameters(new QueryReader(rawQuery, log));
  log.throwOrDefer();
  return parameters;
}

function readDeleteParameters(query: QueryReader): DeleteSession {
  return { userId: query.string('user_id'), ...readTableReference(query), deleteMedia: query.flag('delete_media') };
}

/** Parameters of `DELETE /sessions`. The types are validated and then ignored, as in AgentOS. */
export interface DeleteSessions extends DeleteSession {
  /** Does not contain ids with NUL or a lone surrogate: PostgreSQL cannot store them, so no session has them. */
  readonly sessionIds: readonly string[];
}

const MEMBERS = new MemberNames(['session_ids', 'session_types']);

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422, or those of `readBody`; 400 for lists of different lengths, when there is no other issue
 */
export function* parseDeleteSessions(rawQuery: string, received: ReceivedBody): Steps<DeleteSessions> {
  const body = yield* readBody(received);
  const log = new IssueLog();
  const parameters = readDeleteParameters(new QueryReader(rawQuery, log));
  const model = readModel(body, log, 'missing');
  const ids = model === undefined ? [] : yield* readList(model, 'session_ids', log, readId);
  const types = model === undefined ? [] : yield* readList(model, 'session_types', log, readType);
  log.throwOrDefer();
  if (ids.length !== types.length) throw problem(400, 'Session IDs and session types must have the same length');
  return { ...parameters, sessionIds: ids.filter(isStorableId) };
}

type ReadItem = (raw: RawJson, loc: Loc, log: IssueLog) => string;

function* readList(model: RawJson, name: string, log: IssueLog, readItem: ReadItem): Steps<string[]> {
  const loc = ['body', name];
  const list = membersOf(model, MEMBERS).get(name);
  const items: string[] = [];
  if (list === undefined) log.report(missing(loc, echo(model)));
  else if (kindOf(list) !== 'array') log.report(notAList(loc, echo(list)));
  else {
    for (const item of itemsOf(list)) {
      items.push(readItem(item, [...loc, items.length], log));
      yield;
    }
    if (items.length === 0) log.report(emptyList(loc));
  }
  return items;
}

function readId(raw: RawJson, loc: Loc, log: IssueLog): string {
  const id = stringOf(raw);
  if (id === undefined) log.report(notAString(loc, echo(raw)));
  return id ?? '';
}

function readType(raw: RawJson, loc: Loc, log: IssueLog): string {
  const name = stringOf(raw);
  const type = SESSION_TYPES.find((known) => known === name);
  if (type === undefined) log.report(wrongChoice(loc, SESSION_TYPES, echo(raw)));
  return type ?? '';
}
