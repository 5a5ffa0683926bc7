import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type CreateSession,
  digestOf,
  effectiveType,
  encodeCursor,
  type GetSession,
  type HttpProblem,
  type IfMatch,
  InvalidFields,
  idTooLong,
  invalidCursor,
  isCursorColumn,
  type ListPosition,
  type ListSessions,
  mergedSession,
  problem,
  type RenameSession,
  type SessionType,
  type StoredSession,
  type UpdateSession,
  unstorableCharacter,
  writeSessionDetail,
  writeSessionList,
} from '@session-service/contract';
import {
  arrayOf,
  cooperative,
  EMPTY_OBJECT,
  NULL,
  type NullPolicy,
  objectOf,
  quote,
  type RawJson,
} from '@session-service/json';
import {
  type Decide,
  InvalidPosition,
  type NewSession,
  RunIdTaken,
  type SessionChange,
  SessionIdTooLong,
  type SessionWithRuns,
  UnstorableCharacter,
  ValueTooLarge,
} from '@session-service/storage';
import type { VersionedBody } from './conditional-reads.js';
import { checkIfMatch, entityTag, type TaggedBody, taggedBody } from './entity-tag.js';
import type { SessionContext } from './session-access.js';
import type { SessionResponse } from './session-response.js';
import { logInvalidFields, type ResponseBody, writeResponse } from './write-response.js';

/** Reads and changes sessions. Each method except deletes returns the JSON body of the response. */
@Injectable()
export class SessionsService {
  async list(context: SessionContext, query: ListSessions): Promise<ResponseBody> {
    const { repository } = context;
    const cursors = cursorsOf(context, query);
    const offset = (query.page - 1n) * query.limit;
    const isCounted = query.count === 'exact';
    const descending = query.sortOrder === 'desc';
    const page = await repository
      .list(context, { ...query, descending, offset, isCounted, after: cursors?.after })
      .catch((error: unknown) => {
        throw error instanceof InvalidPosition ? invalidCursor() : error;
      });
    const list = {
      sessions: page.sessions,
      page: cursors === undefined ? query.page : undefined,
      limit: query.limit,
      total: page.total === undefined ? undefined : BigInt(page.total),
      nextCursor: cursors && (() => cursors.print(page.next())),
    };
    return writeResponse(`Sessions of database '${repository.database.id}'`, page, (writer, onInvalid) =>
      writeSessionList(writer, list, onInvalid),
    );
  }

  /**
   * An authenticated caller owns the session; the request's user_id counts only without authentication. With
   * `if_exists=do_nothing`, responds with the owner's session if there is one with that id.
   */
  async create(context: SessionContext, input: CreateSession): Promise<SessionResponse> {
    const session = newSession(input, context.caller.userId ?? input.userId, unixNow());
    try {
      const created = await context.repository.create(context, session);
      if (created !== undefined) return { body: await respondWithDetail(context, created, undefined, 'dropped') };
      if (input.ifExists !== 'do_nothing') throw await idTaken(context, session.session_id);
      const { stored, status } = await findOrCreate(context, session);
      return { status, body: await respondWithDetail(context, stored, undefined, 'dropped') };
    } catch (error) {
      if (error instanceof RunIdTaken) throw problem(409, 'A run with one of the supplied run_ids already exists');
      if (error instanceof SessionIdTooLong) throw idTooLong('session_id', session.session_id);
      return await rejectUnstorable(error, () => [...idMembers(session), ...storedMembers(input)]);
    }
  }

  /** @param isVersioned with the version of the session; without chat history it always has one */
  async detail(
    context: SessionContext,
    id: string,
    { type, chatHistory }: GetSession,
    isVersioned: boolean,
  ): Promise<VersionedBody> {
    const detail = isVersioned ? 'detail:version' : 'detail';
    const stored = await context.repository.read(context, id, chatHistory ? detail : 'none');
    if (stored === undefined) throw notFound(id, type);
    const body = await respondWithDetail(context, stored, type, 'dropped', chatHistory);
    return { body, version: showsCurrentTime(stored.session, type) ? undefined : stored.version };
  }

  /** The values that clients can change, with their ETag. */
  async editable(context: SessionContext, id: string, type: SessionType | undefined): Promise<TaggedBody> {
    const session = await context.repository.readEditable(context, id);
    if (session === undefined) throw notFound(id, type);
    const invalid = new InvalidFields();
    const tagged = await cooperative(taggedBody(session, invalid.add));
    logInvalidFields(logSubject(context, id), invalid);
    return tagged;
  }

  async update(
    context: SessionContext,
    id: string,
    input: UpdateSession,
    ifMatch: IfMatch | undefined,
  ): Promise<SessionResponse> {
    const session = await context.repository
      .update(context, id, dependentChange(input, conditionOf(ifMatch)) ?? changeOf(input), unixNow())
      .catch((error: unknown) => rejectUnstorable(error, () => storedMembers(input)));
    return respondToChange(context, id, session, ifMatch !== undefined || input.isMergePatch);
  }

  async rename(
    context: SessionContext,
    id: string,
    { type, sessionName }: RenameSession,
    ifMatch: IfMatch | undefined,
  ): Promise<SessionResponse> {
    const name = quote(sessionName);
    const session = await context.repository
      .rename(context, id, type, name, conditionOf(ifMatch))
      .catch((error: unknown) => rejectUnstorable(error, () => [['session_name', name]]));
    return respondToChange(context, id, session, ifMatch !== undefined);
  }

  async delete(context: SessionContext, id: string, deleteMedia: boolean, ifMatch: IfMatch | undefined): Promise<void> {
    if (deleteMedia) throw noMediaStorage();
    await context.repository.delete(context, id, conditionOf(ifMatch));
  }

  async deleteMany(context: SessionContext, ids: readonly string[], deleteMedia: boolean): Promise<void> {
    if (deleteMedia) throw noMediaStorage();
    await context.repository.deleteMany(context, ids);
  }
}

interface Cursors {
  /** Where the requested page begins. */
  readonly after: ListPosition | 'start';
  /** The cursor of the page after a position; null without one. */
  readonly print: (next: ListPosition | undefined) => string | null;
}

/**
 * Undefined for a list without cursors.
 *
 * @throws HttpProblem 400 if the cursor is one of other sessions
 */
function cursorsOf({ userId, repository }: SessionContext, query: ListSessions): Cursors | undefined {
  const { cursor, sortBy, sortOrder, table, type, componentId, sessionName, filter } = query;
  if (cursor === undefined || !isCursorColumn(sortBy)) return undefined;
  const filters = [type, componentId, sessionName, filter].map((value) => value ?? null);
  const digest = digestOf([repository.database.id, table ?? null, userId ?? null, ...filters]);
  if (cursor !== 'start' && cursor.digest !== digest) throw invalidCursor();
  return {
    after: cursor === 'start' ? cursor : cursor.position,
    print: (position) => (position === undefined ? null : encodeCursor({ sortBy, sortOrder }, { digest, position })),
  };
}

/**
 * After a create that found its id taken: the owner's session, or else a new one, since the session may have been deleted
 * meanwhile. Reads from the primary, where the create has seen the session.
 *
 * @throws HttpProblem 409 when the id is another user's
 */
async function findOrCreate(
  context: SessionContext,
  session: NewSession,
): Promise<{ stored: SessionWithRuns; status: number }> {
  const { repository } = context;
  const existing = await repository.readCurrent(
    { ...context, userId: session.user_id ?? undefined },
    session.session_id,
  );
  if (existing !== undefined) return { stored: existing, status: 200 };
  const created = await repository.create(context, session);
  if (created === undefined) throw await idTaken(context, session.session_id);
  return { stored: created, status: 201 };
}

/** The 409 for a taken id. Isolated callers must not learn that another user's session exists. */
async function idTaken(context: SessionContext, id: string): Promise<HttpProblem> {
  if (!context.caller.isIsolated || (await context.repository.exists(context, id))) {
    return problem(409, `Session with id '${id}' already exists. Use PATCH /sessions/${id} to update it.`);
  }
  const advice = 'Omit session_id to have one generated, or choose a different one.';
  return problem(409, `Could not create a session with the supplied session_id. ${advice}`);
}

/** The 503 of an AgentOS without media storage, which this service does not support. */
export function noMediaStorage(): HttpProblem {
  return problem(503, 'Media storage is not configured on AgentOS');
}

function notFound(id: string, type?: SessionType): HttpProblem {
  const prefix = type === undefined ? '' : `${type[0]?.toUpperCase()}${type.slice(1)} `;
  return problem(404, `${prefix}Session with id '${id}' not found`);
}

function changeOf(input: UpdateSession): SessionChange {
  const { metadata, summary } = input;
  const members = sessionDataMembers(input);
  return { sessionData: members.length === 0 ? undefined : objectOf(members), metadata, summary };
}

/** The change of a request that depends on the stored values: under a condition, or merged. Undefined for any other. */
function dependentChange(input: UpdateSession, check: Decide<void> | undefined): Decide<SessionChange> | undefined {
  const merges = input.isMergePatch && (input.sessionState ?? input.metadata) !== undefined;
  if (check === undefined && !merges) return undefined;
  return async (printed, stored) => {
    await check?.(printed, stored);
    return changeOf(merges ? { ...input, ...(await cooperative(mergedSession(stored, input))) } : input);
  };
}

/** The check of a change under its condition. Undefined if there is none, or the change itself finds the session. */
function conditionOf(ifMatch: IfMatch | undefined): Decide<void> | undefined {
  return ifMatch === undefined || ifMatch === 'any' ? undefined : (printed) => checkIfMatch(ifMatch, printed);
}

/** Responds with a changed session. @param isTagged adds its new ETag, for the next conditional change */
async function respondToChange(
  context: SessionContext,
  id: string,
  changed: SessionWithRuns | undefined,
  isTagged: boolean,
): Promise<SessionResponse> {
  if (changed === undefined) throw notFound(id);
  const etag = isTagged ? await cooperative(entityTag(changed.session)) : undefined;
  return { body: await respondWithDetail(context, changed, undefined, 'shown'), ...(etag && { etag }) };
}

/** Responds with a session and its runs in the format of `type`, by default of its stored type. */
function respondWithDetail(
  context: SessionContext,
  stored: SessionWithRuns,
  type: SessionType | undefined,
  nulls: NullPolicy,
  hasChatHistory = true,
): Promise<ResponseBody> {
  const { session, runs } = stored;
  return writeResponse(logSubject(context, session.session_id), stored, (writer, onInvalid) =>
    writeSessionDetail(writer, type ?? effectiveType(session), {
      session,
      runs,
      hasChatHistory,
      nulls,
      onInvalid,
      now: unixNow,
    }),
  );
}

/** True if the detail differs from one second to the next: a workflow session without `updated_at` shows the time. */
function showsCurrentTime(session: StoredSession, type: SessionType = effectiveType(session)): boolean {
  return type === 'workflow' && session.updated_at === null;
}

function logSubject({ repository }: SessionContext, sessionId: string): string {
  return `Session '${sessionId}' of database '${repository.database.id}'`;
}

function unixNow(): number {
  return Math.floor(Date.now() / 1000);
}

/** The row of a new session. As in AgentOS, absent values are stored as JSON null, or as `{}` in workflow sessions. */
function newSession(input: CreateSession, owner: string | undefined, now: number): NewSession {
  const { type } = input;
  const empty = type === 'workflow' ? EMPTY_OBJECT : NULL;
  // As in AgentOS, session_state comes before session_name, because a json column keeps the order of its keys. The
  // order that PATCH uses is the opposite one.
  const members = sessionDataMembers(input).reverse();
  const componentId = { agent: input.agentId, team: input.teamId, workflow: input.workflowId }[type];
  return {
    session_id: input.sessionId || randomUUID(),
    session_type: type,
    component_id: componentId ?? null,
    user_id: owner ?? null,
    session_data: members.length === 0 ? empty : objectOf(members),
    component_data: empty,
    metadata: input.metadata ?? empty,
    summary: input.summary ?? NULL,
    created_at: now,
    runs: input.runs ?? [],
  };
}

function sessionDataMembers(input: Pick<UpdateSession, 'sessionName' | 'sessionState'>): [string, RawJson][] {
  const members: [string, RawJson][] = [];
  if (input.sessionName !== undefined) members.push(['session_name', quote(input.sessionName)]);
  if (input.sessionState !== undefined) members.push(['session_state', input.sessionState]);
  return members;
}

type Members = readonly (readonly [string, RawJson | undefined])[];

/**
 * Throws the 413 for a ValueTooLarge and the 422 for an UnstorableCharacter; rethrows any other error.
 *
 * @param members the values to be stored
 */
async function rejectUnstorable(error: unknown, members: () => Members): Promise<never> {
  if (error instanceof ValueTooLarge) throw problem(413, 'The values are too large to be stored');
  if (!(error instanceof UnstorableCharacter)) throw error;
  throw await cooperative(unstorableCharacter(objectOf(members()), error.character));
}

function idMembers({ session_id, session_type, component_id, user_id }: NewSession): Members {
  const optional = (id: string | null) => (id === null ? undefined : quote(id));
  return [
    ['session_id', quote(session_id)],
    [`${session_type}_id`, optional(component_id)],
    ['user_id', optional(user_id)],
  ];
}

function storedMembers(input: UpdateSession | CreateSession): Members {
  const runs = 'runs' in input && input.runs !== undefined ? arrayOf(input.runs) : undefined;
  return [...sessionDataMembers(input), ['metadata', input.metadata], ['summary', input.summary], ['runs', runs]];
}
