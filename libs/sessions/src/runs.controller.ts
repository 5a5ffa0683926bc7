import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { type GetRun, type GetRuns, parseGetRun, parseGetRunPreviews, parseGetRuns } from '@session-service/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ConditionalRead, ConditionalReads } from './conditional-reads.js';
import { Input, SessionId } from './input.decorator.js';
import { RunsService } from './runs.service.js';
import { selectsRuns } from './selected-runs.js';
import { SessionAccess } from './session-access.js';
import { send } from './session-response.js';
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
    private readonly conditionalReads: ConditionalReads,
  ) {}

  @Get('runs')
  async list(
    @SessionId() sessionId: string,
    @Input(parseGetRuns) query: GetRuns,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, query);
    const response = await this.conditionalReads.respond(request, context, {
      ...listedRows(sessionId, query),
      read: (isVersioned) => this.runs.list(context, sessionId, query, isVersioned),
    });
    return send(reply, response);
  }

  @Get('run-previews')
  async previews(
    @SessionId() sessionId: string,
    @Input(parseGetRunPreviews) query: GetRuns,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, query);
    const response = await this.conditionalReads.respond(request, context, {
      ...listedRows(sessionId, query),
      read: (isVersioned) => this.runs.previews(context, sessionId, query, isVersioned),
    });
    return send(reply, response);
  }

  @Get('runs/:run_id')
  async detail(
    @SessionId() sessionId: string,
    @Param('run_id') runId: string,
    @Input(parseGetRun) query: GetRun,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResponseBody | undefined> {
    const context = await this.access.resolve(request, query);
    const response = await this.conditionalReads.respond(request, context, {
      rows: { id: sessionId, part: 'run', runId },
      read: (isVersioned) => this.runs.detail(context, sessionId, runId, isVersioned),
    });
    return send(reply, response);
  }
}

/** The rows of a list of runs. */
function listedRows(id: string, query: GetRuns): Pick<ConditionalRead, 'rows' | 'page' | 'isAddition'> {
  const { topLevel, parentRunId } = query;
  const isAddition = selectsRuns(query) || query.includesMetrics;
  if (query.page === undefined) return { rows: { id, part: 'runs' }, isAddition };
  return { rows: { id, part: 'session' }, page: { topLevel, parentRunId }, isAddition };
}
