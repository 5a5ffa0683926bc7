import { Controller, Get, Req } from '@nestjs/common';
import { type GetUsage, parseGetUsage, printSessionUsage } from '@session-service/contract';
import type { FastifyRequest } from 'fastify';
import { Input } from './input.decorator.js';
import { SessionAccess } from './session-access.js';
import type { ResponseBody } from './write-response.js';

/**
 * How many sessions and runs there are by day, component or user. AgentOS has no such route; its path is not below
 * `/sessions`, where it would be a session id.
 */
@Controller('usage')
export class UsageController {
  constructor(private readonly access: SessionAccess) {}

  @Get('sessions')
  async sessions(@Input(parseGetUsage) query: GetUsage, @Req() request: FastifyRequest): Promise<ResponseBody> {
    const context = await this.access.resolve(request, query);
    return printSessionUsage(await context.repository.usage.read(context, query), query);
  }
}
