import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '@session-service/auth';
import {
  type CreateSession,
  effectiveType,
  type HttpProblem,
  idTooLong,
  type ListSessions,
  problem,
  type RenameSession,
  type SessionType,
  type UpdateSession,
  writeSessionDetail,
  writeSessionList,
} from '@session-service/contract';
import type { Deadline, WorkLimits } from '@session-service/database';
import {
  EMPTY_OBJECT,
  type JsonBody,
  NULL,
  type NullPolicy,
  objectOf,
  quote,
  type RawJson,
  type StreamedBody,
} from '@session-service/json';
import {
  type NewSession,
  RunIdTaken,
  SessionIdTooLong,
  type SessionRepository,
  type SessionWithRuns,
} from '@session-service/storage';
import { writeResponse } from './write-response.js';

/** The JSON text of a response, whole or while it is made. */
type Body = JsonBody | StreamedBody;

/** Use cases on sessions; every answer is the JSON text of a body. The store says which database it is about. */
@Injectable()
export class SessionsService {
  async list(store: SessionRepository, query: ListSessions, limits: WorkLimits): Promise<Body> {
    const offset = (query.page - 1n) * query.limit;
    const page = await store.list({ ...query, descending: query.sortOrder === 'desc', offset }, limits);
    const list = { ...page, page: query.page, limit: query.limit, total: BigInt(page.total) };
    return writeResponse(`Sessions of database '${store.database.id}'`, page, (writer, onInvalid) =>
      writeSessionList(writer, list, onInvalid),
    );
  }

  /** A caller who is known owns what they create, whatever user the request names. */
  async create(store: SessionRepository, request: CreateSession, caller: Caller, deadline: Deadline): Promise<Body> {
    const session = newSession(request, caller.userId ?? request.userId, unixNow());
    try {
      const stored = await store.create(session, deadline);
      if (stored === undefined) throw await this.idTaken(store, session, caller, deadline);
      return await this.detailResponse(store, stored, undefined, 'dropped');
    } catch (error) {
      if (error instanceof RunIdTaken) throw problem(409, 'A run with one of the supplied run_ids already exists');
      if (error instanceof SessionIdTooLong) throw idTooLong('session_id', session.session_id);
      throw error;
    }
  }

  /** 409. To a caller who is isolated, a session of somebody else's is not named as one that exists. */
  private async idTaken(
    store: SessionRepository,
    { session_id: id, user_id: userId }: NewSession,
    { isIsolated }: Caller,
    deadline: Deadline,
  ): Promise<HttpProblem> {
    if (!isIsolated || (await store.owns(userId, id, deadline))) {
      return problem(409, `Session with id '${id}' already exists. Use PATCH /sessions/${id} to update it.`);
    }
    const advice = 'Omit session_id to have one generated, or choose a different one.';
    return problem(409, `Could not create a session with the supplied session_id. ${advice}`);
  }

  async detail(
    store: SessionRepository,
    id: string,
    query: { type?: SessionType | undefined; userId?: string | undefined },
    limits: WorkLimits,
  ): Promise<Body> {
    const session = await store.read(id, query.userId, 'detail', limits);
    if (session === undefined) {
      const prefix = query.type === undefined ? '' : `${query.type[0]?.toUpperCase()}${query.type.slice(1)} `;
      throw problem(404, `${prefix}Session with id '${id}' not found`);
    }
    return this.detailResponse(store, session, query.type, 'dropped');
  }

  async update(store: SessionRepository, id: string, request: UpdateSession, limits: WorkLimits): Promise<Body> {
    const members: [string, RawJson][] = [];
    if (request.sessionName !== undefined) members.push(['session_name', quote(request.sessionName)]);
    if (request.sessionState !== undefined) members.push(['session_state', request.sessionState]);
    const change = {
      sessionData: members.length === 0 ? undefined : objectOf(members),
      metadata: request.metadata,
      summary: request.summary,
    };
    const session = await store.update(id, request.userId, change, unixNow(), limits);
    if (session === undefined) throw notFound(id);
    return this.detailResponse(store, session, undefined, 'shown');
  }

  async rename(store: SessionRepository, id: string, request: RenameSession, limits: WorkLimits): Promise<Body> {
    const name = quote(request.sessionName);
    const session = await store.rename(id, request.userId, request.type, name, limits);
    if (session === undefined) throw notFound(id);
    return this.detailResponse(store, session, undefined, 'shown');
  }

  /** Deletes what exists (of that user); ids that do not are no error. */
  delete(
    store: SessionRepository,
    ids: readonly string[],
    userId: string | undefined,
    deadline: Deadline,
  ): Promise<void> {
    return store.delete(ids, userId, deadline);
  }

  /** The detail of a session in the shape of `type`, or, where none is asked for, of its stored type. */
  private detailResponse(
    store: SessionRepository,
    found: SessionWithRuns,
    type: SessionType | undefined,
    nulls: NullPolicy,
  ): Promise<Body> {
    const { session, runs } = found;
    const subject = `Session '${session.session_id}' of database '${store.database.id}'`;
    return writeResponse(subject, found, (writer, onInvalid) =>
      writeSessionDetail(writer, type ?? effectiveType(session), { session, runs, nulls, onInvalid, now: unixNow }),
    );
  }
}

function unixNow(): number {
  return Math.floor(Date.now() / 1000);
}

function notFound(id: string) {
  return problem(404, `Session with id '${id}' not found`);
}

/** The row of a new session: what is not given is JSON null, in workflow sessions `{}`, as AgentOS writes it. */
function newSession(request: CreateSession, owner: string | undefined, now: number): NewSession {
  const { type } = request;
  const empty = type === 'workflow' ? EMPTY_OBJECT : NULL;
  const data: [string, RawJson][] = [];
  if (request.sessionState !== undefined) data.push(['session_state', request.sessionState]);
  if (request.sessionName !== undefined) data.push(['session_name', quote(request.sessionName)]);
  const componentId = { agent: request.agentId, team: request.teamId, workflow: request.workflowId }[type];
  const userId = owner ?? null;
  return {
    session_id: request.sessionId || randomUUID(),
    session_type: type,
    component_id: componentId ?? null,
    user_id: userId,
    session_data: data.length === 0 ? empty : objectOf(data),
    component_data: empty,
    metadata: request.metadata ?? empty,
    summary: request.summary ?? NULL,
    created_at: now,
    runs: request.runs ?? [],
  };
}
