import { Controller, Get, Req } from '@nestjs/common';
import { parseGetRun, parseGetRuns } from '@session-service/contract';
import { rawQueryOf } from '@session-service/http';
import type { JsonBody, StreamedBody } from '@session-service/json';
import type { FastifyRequest } from 'fastify';
import { RunsService } from './runs.service.js';
import { SessionAccess } from './session-access.js';
import type { SessionRequest } from './sessions.controller.js';

/** The session routes of AgentOS that are about runs. */
@Controller('sessions/:session_id')
export class RunsController {
  constructor(
    private readonly access: SessionAccess,
    private readonly runs: RunsService,
  ) {}

  @Get('runs')
  async list(@Req() request: SessionRequest): Promise<JsonBody | StreamedBody> {
    const query = parseGetRuns(rawQueryOf(request.url));
    const { store, userId } = await this.access.resolve(request, query);
    return this.runs.list(store, request.params.session_id, { ...query, userId }, request);
  }

  @Get('run-previews')
  async previews(@Req() request: SessionRequest): Promise<JsonBody | StreamedBody> {
    const query = parseGetRuns(rawQueryOf(request.url));
    const { store, userId } = await this.access.resolve(request, query);
    return this.runs.previews(store, request.params.session_id, { ...query, userId }, request);
  }

  @Get('runs/:run_id')
  async detail(
    @Req() request: FastifyRequest<{ Params: { session_id: string; run_id: string } }>,
  ): Promise<JsonBody | StreamedBody> {
    const query = parseGetRun(rawQueryOf(request.url));
    const { store, userId } = await this.access.resolve(request, query);
    const { session_id: sessionId, run_id: runId } = request.params;
    return this.runs.detail(store, sessionId, runId, userId, request);
  }
}
