import {
  type BodyText,
  parseCreateSession,
  parseDeleteSession,
  parseDeleteSessions,
  parseGetSession,
  parseListSessions,
  parseRenameSession,
  parseUpdateSession,
  problem,
} from '@agno/contract';
import { rawQueryOf } from '@agno/http';
import type { SessionStore } from '@agno/storage';
import { Controller, Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SessionStores } from './session-stores.js';
import { SessionsService } from './sessions.service.js';

/** A request to a path with a session id. */
export type SessionRequest = FastifyRequest<{ Params: { session_id: string } }>;

/** The session routes of AgentOS, except those about runs. */
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly stores: SessionStores,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest): Promise<BodyText> {
    const query = parseListSessions(rawQueryOf(request.url));
    return this.sessions.list(await this.stores.of(request, query), query, request.deadline);
  }

  @Post()
  @HttpCode(201)
  async create(@Req() request: FastifyRequest): Promise<BodyText> {
    const query = parseCreateSession(rawQueryOf(request.url), bodyOf(request), request.contentType);
    return this.sessions.create(await this.stores.of(request, { dbId: query.dbId }), query, request.deadline);
  }

  @Delete()
  @HttpCode(204)
  async deleteMany(@Req() request: FastifyRequest): Promise<void> {
    const query = parseDeleteSessions(rawQueryOf(request.url), bodyOf(request), request.contentType);
    const store = await this.storeForDelete(request, query);
    await this.sessions.delete(store, query.sessionIds, query.userId, request.deadline);
  }

  @Get(':session_id')
  async detail(@Req() request: SessionRequest): Promise<BodyText> {
    const query = parseGetSession(rawQueryOf(request.url));
    const store = await this.stores.of(request, query);
    return this.sessions.detail(store, request.params.session_id, query, request.deadline);
  }

  @Patch(':session_id')
  async update(@Req() request: SessionRequest): Promise<BodyText> {
    const query = parseUpdateSession(rawQueryOf(request.url), bodyOf(request), request.contentType);
    const store = await this.stores.of(request, query);
    return this.sessions.update(store, request.params.session_id, query, request.deadline);
  }

  @Post(':session_id/rename')
  @HttpCode(200)
  async rename(@Req() request: SessionRequest): Promise<BodyText> {
    const query = parseRenameSession(rawQueryOf(request.url), bodyOf(request), request.contentType);
    const store = await this.stores.of(request, query);
    return this.sessions.rename(store, request.params.session_id, query, request.deadline);
  }

  @Delete(':session_id')
  @HttpCode(204)
  async delete(@Req() request: SessionRequest): Promise<void> {
    const query = parseDeleteSession(rawQueryOf(request.url));
    const store = await this.storeForDelete(request, query);
    await this.sessions.delete(store, [request.params.session_id], query.userId, request.deadline);
  }

  /** Media is kept by Python's storage back ends, which this service does not have. */
  private async storeForDelete(
    request: FastifyRequest,
    query: { dbId?: string | undefined; table?: string | undefined; deleteMedia: boolean },
  ): Promise<SessionStore> {
    const store = await this.stores.of(request, query);
    if (query.deleteMedia) throw problem(503, 'Media storage is not configured on AgentOS');
    return store;
  }
}

/** The body as bytes; undefined when there is none. */
function bodyOf(request: FastifyRequest): Uint8Array | undefined {
  return request.body instanceof Uint8Array ? request.body : undefined;
}
