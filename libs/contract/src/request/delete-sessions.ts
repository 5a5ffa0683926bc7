import { problem } from '../errors/http-problem.js';
import { SESSION_TYPES } from '../session/session-type.js';
import { readBody } from './body.js';
import { canBeId } from './clean-text.js';
import { type DeleteSession, readDeleteParameters } from './delete-session.js';
import { emptyList, IssueLog, type Loc, missing, notAList, notAString, wrongChoice } from './issues.js';
import { echo, isArray, type JsonNode, type JsonObject, stringOf } from './json-tree.js';
import { readModel } from './model-body.js';
import { QueryReader } from './query-reader.js';

/** `DELETE /sessions`: several sessions. Their types are checked, and then of no account. */
export interface DeleteSessions extends DeleteSession {
  /** Without those that no stored session can have: with NUL or half a surrogate pair. */
  readonly sessionIds: readonly string[];
}

/**
 * @param rawQuery text after `?`
 * @throws HttpProblem 422; 400 for an unreadable body, and for lists of different lengths when all else is right
 */
export function parseDeleteSessions(
  rawQuery: string,
  bytes: Uint8Array | undefined,
  contentType: string | undefined,
): DeleteSessions {
  const body = readBody(bytes, contentType);
  const log = new IssueLog();
  const parameters = readDeleteParameters(new QueryReader(rawQuery, log));
  const model = readModel(body, log, 'missing');
  const ids = model === undefined ? [] : readList(model, 'session_ids', log, readId);
  const types = model === undefined ? [] : readList(model, 'session_types', log, readType);
  log.settle();
  if (ids.length !== types.length) throw problem(400, 'Session IDs and session types must have the same length');
  return { ...parameters, sessionIds: ids.filter(canBeId) };
}

type ReadItem = (node: JsonNode, loc: Loc, log: IssueLog) => string;

function readList(model: JsonObject, name: string, log: IssueLog, readItem: ReadItem): string[] {
  const loc = ['body', name];
  const node = model.get(name);
  if (node === undefined) log.report(missing(loc, echo(model)));
  else if (!isArray(node)) log.report(notAList(loc, echo(node)));
  else if (node.length === 0) log.report(emptyList(loc));
  else return node.map((item, index) => readItem(item, [...loc, index], log));
  return [];
}

function readId(node: JsonNode, loc: Loc, log: IssueLog): string {
  const text = stringOf(node);
  if (text === undefined) log.report(notAString(loc, echo(node)));
  return text ?? '';
}

function readType(node: JsonNode, loc: Loc, log: IssueLog): string {
  const text = stringOf(node);
  const type = SESSION_TYPES.find((known) => known === text);
  if (type === undefined) log.report(wrongChoice(loc, SESSION_TYPES, echo(node)));
  return type ?? '';
}
