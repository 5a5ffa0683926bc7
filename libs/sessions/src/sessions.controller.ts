import { Controller, Delete, Get, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
import {
  type CreateSession,
  checkGetMedia,
  type DeleteSession,
  type DeleteSessions,
  type GetSession,
  type IfMatch,
  type ListSessions,
  parseCreateSession,
  parseDeleteSession,
  parseDeleteSessions,
  parseGetSession,
  parseListSessions,
  parseRenameSession,
  parseSearchSessions,
  parseUpdateSession,
  type RenameSession,
  type UpdateSession,
} from '@session-service/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConditionalReads } from './conditional-reads.js';
import { IfMatchHeader, Input, SessionId } from './input.decorator.js';
import { SessionAccess } from './session-access.js';
import { send } from './session-response.js';
import { noMediaStorage, SessionsService } from './sessions.service.js';
import type { ResponseBody } from './write-response.js';

/**
 * The session routes of AgentOS, except those of runs.
 * Authentication has already happened: see `libs/auth/src/authentication.hook.ts` and ADR 5.
 */
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly access: SessionAccess,
    private readonly sessions: SessionsService,
    private readonly conditionalReads: ConditionalReads,
  ) {}

  @Get()
  async list(@Input(parseListSessions) query: ListSessions, @Req() request: FastifyRequest): Promise<ResponseBody> {
    const context = await this.access.resolve(request, query);
    return this.sessions.list(context, query);
  }

  @Post()
  @HttpCode(201)
  async create(
    @Input(parseCreateSession) input: CreateSession,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, input);
    return send(reply, await this.sessions.create(context, input));
  }

  /** Reads, although it is a POST: the filter is in the body. */
  @Post('search')
  @HttpCode(200)
  async search(@Input(parseSearchSessions) input: ListSessions, @Req() request: FastifyRequest): Promise<ResponseBody> {
    const context = await this.access.resolve(request, input);
    return this.sessions.list(context, input);
  }

  @Delete()
  @HttpCode(204)
  async deleteMany(@Input(parseDeleteSessions) input: DeleteSessions, @Req() request: FastifyRequest): Promise<void> {
    const context = await this.access.resolve(request, input);
    return this.sessions.deleteMany(context, input.sessionIds, input.deleteMedia);
  }

  @Get(':session_id')
  async detail(
    @SessionId() id: string,
    @Input(parseGetSession) query: GetSession,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, query);
    if (query.view === 'editable') {
      const tagged = await this.sessions.editable(context, id, query.type);
      return send(reply, this.conditionalReads.revalidate(request, tagged));
    }
    const response = await this.conditionalReads.respond(request, context, {
      rows: { id, part: query.chatHistory ? 'runs' : 'session' },
      isAddition: !query.chatHistory,
      read: (isVersioned) => this.sessions.detail(context, id, query, isVersioned),
    });
    return send(reply, response);
  }

  /** As in an AgentOS without media storage, the database is not looked up. */
  @Get(':session_id/media/*')
  media(@Input(checkGetMedia) _checked: undefined): never {
    throw noMediaStorage();
  }

  @Patch(':session_id')
  async update(
    @SessionId() id: string,
    @Input(parseUpdateSession) input: UpdateSession,
    @IfMatchHeader() ifMatch: IfMatch | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, input);
    return send(reply, await this.sessions.update(context, id, input, ifMatch));
  }

  @Post(':session_id/rename')
  @HttpCode(200)
  async rename(
    @SessionId() id: string,
    @Input(parseRenameSession) input: RenameSession,
    @IfMatchHeader() ifMatch: IfMatch | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, input);
    return send(reply, await this.sessions.rename(context, id, input, ifMatch));
  }

  @Delete(':session_id')
  @HttpCode(204)
  async delete(
    @SessionId() id: string,
    @Input(parseDeleteSession) query: DeleteSession,
    @IfMatchHeader() ifMatch: IfMatch | undefined,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const context = await this.access.resolve(request, query);
    return this.sessions.delete(context, id, query.deleteMedia, ifMatch);
  }
}
