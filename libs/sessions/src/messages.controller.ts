import { Controller, Get, Param, Req } from '@nestjs/common';
import { type GetMessages, parseGetMessages } from '@session-service/contract';
import type { FastifyRequest } from 'fastify';
import { Input } from './input.decorator.js';
import { MessagesService } from './messages.service.js';
import { SessionAccess } from './session-access.js';
import type { ResponseBody } from './write-response.js';

/** The conversation of a session, message by message. AgentOS has no such route. */
@Controller('sessions/:session_id')
export class MessagesController {
  constructor(
    private readonly access: SessionAccess,
    private readonly messages: MessagesService,
  ) {}

  @Get('messages')
  async list(
    @Param('session_id') sessionId: string,
    @Input(parseGetMessages) query: GetMessages,
    @Req() request: FastifyRequest,
  ): Promise<ResponseBody> {
    const context = await this.access.resolve(request, query);
    return this.messages.list(context, sessionId, query);
  }
}
