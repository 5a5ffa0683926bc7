import { Controller, Get, Param, Req } from '@nestjs/common';
import { type GetRun, type GetRuns, parseGetRun, parseGetRuns } from '@session-service/contract';
import type { FastifyRequest } from 'fastify';
import { Input } from './input.decorator.js';
import { RunsService } from './runs.service.js';
import { SessionAccess } from './session-access.js';
import type { ResponseBody } from './write-response.js';

/**
 * The routes of AgentOS for the runs of a session.
 * Authentication has already happened: see `libs/auth/src/authentication.hook.ts` and ADR 5.
 */
@Controller('sessions/:session_id')
export class RunsController {
  constructor(
    private readonly access: SessionAccess,
    private readonly runs: RunsService,
  ) {}

  @Get('runs')
  async list(
    @Param('session_id') sessionId: string,
    @Input(parseGetRuns) query: GetRuns,
    @Req() request: FastifyRequest,
  ): Promise<ResponseBody> {
    const context = await this.access.resolve(request, query);
    return this.runs.list(context, sessionId, query);
  }

  @Get('run-previews')
  async previews(
    @Param('session_id') sessionId: string,
    @Input(parseGetRuns) query: GetRuns,
    @Req() request: FastifyRequest,
  ): Promise<ResponseBody> {
    const context = await this.access.resolve(request, query);
    return this.runs.previews(context, sessionId, query);
  }

  @Get('runs/:run_id')
  async detail(
    @Param('session_id') sessionId: string,
    @Param('run_id') runId: string,
    @Input(parseGetRun) query: GetRun,
    @Req() request: FastifyRequest,
  ): Promise<ResponseBody> {
    const context = await this.access.resolve(request, query);
    return this.runs.detail(context, sessionId, runId);
  }
}
