import { Controller, Get, Req, Res } from '@nestjs/common';
import { type GetMessages, parseGetMessages } from '@session-service/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConditionalReads } from './conditional-reads.js';
import { Input, SessionId } from './input.decorator.js';
import { MessagesService } from './messages.service.js';
import { SessionAccess } from './session-access.js';
import { send } from './session-response.js';
import { conversationRuns } from './stored-conversation.js';
import type { ResponseBody } from './write-response.js';

/** The conversation of a session, message by message. AgentOS has no such route. */
@Controller('sessions/:session_id')
export class MessagesController {
  constructor(
    private readonly access: SessionAccess,
    private readonly messages: MessagesService,
    private readonly conditionalReads: ConditionalReads,
  ) {}

  @Get('messages')
  async list(
    @SessionId() sessionId: string,
    @Input(parseGetMessages) query: GetMessages,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, query);
    const response = await this.conditionalReads.respond(request, context, {
      rows: { id: sessionId, part: 'session' },
      page: conversationRuns(query.parts),
      isAddition: true,
      read: () => this.messages.list(context, sessionId, query),
    });
    return send(reply, response);
  }
}
