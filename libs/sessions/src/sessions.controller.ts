import { Controller, Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import {
  parseCreateSession,
  parseDeleteSession,
  parseDeleteSessions,
  parseGetSession,
  parseListSessions,
  parseRenameSession,
  parseUpdateSession,
  problem,
  type ReceivedBody,
} from '@session-service/contract';
import { rawQueryOf } from '@session-service/http';
import { cooperative, type JsonBody, type StreamedBody } from '@session-service/json';
import type { FastifyRequest } from 'fastify';
import { type ResolvedAccess, SessionAccess, type SessionTarget } from './session-access.js';
import { SessionsService } from './sessions.service.js';

/** A request to a path with a session id. */
export type SessionRequest = FastifyRequest<{ Params: { session_id: string } }>;

/** The session routes of AgentOS, except those about runs. */
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly access: SessionAccess,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest): Promise<JsonBody | StreamedBody> {
    const query = parseListSessions(rawQueryOf(request.url));
    const { store, userId } = await this.access.resolve(request, query);
    return this.sessions.list(store, { ...query, userId }, request);
  }

  @Post()
  @HttpCode(201)
  async create(@Req() request: FastifyRequest): Promise<JsonBody | StreamedBody> {
    const query = await cooperative(parseCreateSession(rawQueryOf(request.url), takeBody(request)));
    const { store } = await this.access.resolve(request, { dbId: query.dbId, deferredProblem: query.deferredProblem });
    return this.sessions.create(store, query, request.caller, request.deadline);
  }

  @Delete()
  @HttpCode(204)
  async deleteMany(@Req() request: FastifyRequest): Promise<void> {
    const query = await cooperative(parseDeleteSessions(rawQueryOf(request.url), takeBody(request)));
    const { store, userId } = await this.resolveForDelete(request, query);
    await this.sessions.delete(store, query.sessionIds, userId, request.deadline);
  }

  @Get(':session_id')
  async detail(@Req() request: SessionRequest): Promise<JsonBody | StreamedBody> {
    const query = parseGetSession(rawQueryOf(request.url));
    const { store, userId } = await this.access.resolve(request, query);
    return this.sessions.detail(store, request.params.session_id, { type: query.type, userId }, request);
  }

  @Patch(':session_id')
  async update(@Req() request: SessionRequest): Promise<JsonBody | StreamedBody> {
    const query = await cooperative(parseUpdateSession(rawQueryOf(request.url), takeBody(request)));
    const { store, userId } = await this.access.resolve(request, query);
    return this.sessions.update(store, request.params.session_id, { ...query, userId }, request);
  }

  @Post(':session_id/rename')
  @HttpCode(200)
  async rename(@Req() request: SessionRequest): Promise<JsonBody | StreamedBody> {
    const query = await cooperative(parseRenameSession(rawQueryOf(request.url), takeBody(request)));
    const { store, userId } = await this.access.resolve(request, query);
    return this.sessions.rename(store, request.params.session_id, { ...query, userId }, request);
  }

  @Delete(':session_id')
  @HttpCode(204)
  async delete(@Req() request: SessionRequest): Promise<void> {
    const query = parseDeleteSession(rawQueryOf(request.url));
    const { store, userId } = await this.resolveForDelete(request, query);
    await this.sessions.delete(store, [request.params.session_id], userId, request.deadline);
  }

  /** Media is kept by Python's storage back ends, which this service does not have. */
  private async resolveForDelete(
    request: FastifyRequest,
    query: SessionTarget & { deleteMedia: boolean },
  ): Promise<ResolvedAccess> {
    const reach = await this.access.resolve(request, query);
    if (query.deleteMedia) throw problem(503, 'Media storage is not configured on AgentOS');
    return reach;
  }
}

/**
 * Takes the body away from its request, which lives until the response is sent: by then only the response counts in the memory
 * budget.
 */
function takeBody(request: FastifyRequest): ReceivedBody {
  const { body, contentType, server } = request;
  request.body = undefined;
  const bytes = body instanceof Uint8Array ? body : undefined;
  return { bytes, contentType, limitBytes: server.initialConfig.bodyLimit ?? Number.POSITIVE_INFINITY };
}
