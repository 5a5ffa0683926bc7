import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { HttpProblem, problem } from '@session-service/contract';
import {
  ChangeResultUnavailable,
  ConnectionLost,
  DatabaseClosed,
  DatabaseOverloaded,
  DatabaseUnavailable,
  MAX_VALUE_BYTES,
  MemoryBudgetFull,
  type MemoryUse,
  StatementTimedOut,
  StoredValueTooLong,
  TransactionConflict,
} from '@session-service/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endWork } from './large-responses.js';
import { allowedMethod } from './paths.js';
import { bindRequestId } from './request-id.interceptor.js';

/** Responds to every error of hooks, interceptors and controllers with `{"detail": …}`; 500 to unexpected errors. */
@Catch()
export class AllExceptionsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const [request, reply] = host.getArgs<[FastifyRequest, FastifyReply]>();
    bindRequestId(request, reply);
    // The request was rejected before its handler started. After a timeout the handler still runs, and
    // TimeoutInterceptor calls endWork when the handler ends.
    if (request.work === 'pending') endWork(reply);
    if (reply.raw.headersSent) return;
    this.send(this.toProblem(error, request), request, reply);
  }

  private send(response: HttpProblem, request: FastifyRequest, reply: FastifyReply): void {
    if (response.status === 405) reply.header('allow', allowedMethod(request.url, request.server) ?? 'GET');
    if (response.status === 503) reply.header('retry-after', '1');
    reply.header('content-type', 'application/json');
    try {
      this.host.httpAdapter.reply(reply, response.body, response.status);
    } catch (error) {
      // A 422 that repeats much of its request can exceed the memory budget. The 503 that replaces it is short.
      this.send(this.toProblem(error, request), request, reply);
    }
  }

  private toProblem(error: unknown, request: FastifyRequest): HttpProblem {
    if (error instanceof HttpProblem) return error;
    if (error instanceof DatabaseOverloaded) return problem(503, error.message);
    if (error instanceof TransactionConflict) {
      this.logger.warn(`${error.message}: ${error.cause instanceof Error ? error.cause.message : 'no reason given'}`);
      return problem(503, error.message);
    }
    if (error instanceof MemoryBudgetFull) return problem(503, BUDGET_EXHAUSTED_DETAIL[error.use]);
    if (error instanceof ChangeResultUnavailable) return problem(504, error.message);
    if (error instanceof DatabaseClosed) return problem(503, error.message);
    if (error instanceof DatabaseUnavailable) {
      this.logger.warn(`${error.message}: ${error.cause instanceof Error ? error.cause.message : 'no reason given'}`);
      // 503 promises that nothing was changed, so that clients may retry. After a lost connection the change may be
      // applied.
      if (error instanceof ConnectionLost && request.method !== 'GET') return problem(504, OUTCOME_UNKNOWN);
      return problem(503, error.message);
    }
    if (error instanceof StatementTimedOut) return problem(504, 'The database took too long to answer');
    if (error instanceof StoredValueTooLong) {
      this.logger.error(error.message);
      return problem(500, `A stored value is longer than ${MAX_VALUE_BYTES} bytes`);
    }
    const status = statusOf(error);
    if (status === 404) {
      const allow = allowedMethod(request.url, request.server);
      return allow === undefined ? problem(404, 'Not Found') : problem(405, 'Method Not Allowed');
    }
    if (status !== undefined && status < 500) return problem(status, (error as Error).message);
    this.logger.error(error);
    return problem(500, 'Internal Server Error');
  }
}

const BUDGET_EXHAUSTED_DETAIL: Record<MemoryUse, string> = {
  body: 'Too many request bodies in flight',
  rows: 'Too many large responses in flight',
  change: 'Too many large responses in flight',
  response: 'Too many large responses in flight',
};
const OUTCOME_UNKNOWN = 'The connection to the database was lost; the change may or may not have been made';

/** The status of an error that Nest or Fastify threw; undefined for other errors. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error ? (error as Error & { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
