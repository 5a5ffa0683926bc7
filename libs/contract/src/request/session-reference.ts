import type { HttpProblem } from '../errors/http-problem.js';
import { SESSION_TYPES, type SessionType } from '../session/session-type.js';
import type { QueryReader } from './query-reader.js';

/** A request that may hold what AgentOS accepts and then fails on. */
export interface WithDeferredProblem {
  /** Thrown before anything else of the request is used, but after the database is known. */
  readonly deferredProblem: HttpProblem | undefined;
}

/** Which database and table hold the session; undefined for the default ones. */
export interface TableReference {
  readonly dbId: string | undefined;
  readonly table: string | undefined;
}

/** What most routes of one session take from the query. */
export interface SessionReference extends TableReference {
  readonly type: SessionType | undefined;
  /** Only sessions of this user. `''` is a user too. */
  readonly userId: string | undefined;
}

export function readTableReference(query: QueryReader): TableReference {
  return { dbId: query.reference('db_id'), table: query.reference('table') };
}

export function readSessionReference(query: QueryReader): SessionReference {
  return { type: query.choice('type', SESSION_TYPES), userId: query.string('user_id'), ...readTableReference(query) };
}
