import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { parseIfMatch, type ReceivedBody, sessionIdOf } from '@session-service/contract';
import { rawQueryOf } from '@session-service/http';
import { cooperative, type Steps } from '@session-service/json';
import type { FastifyRequest } from 'fastify';

type ParseQuery = (rawQuery: string) => unknown;
type ParseQueryAndBody = (rawQuery: string, body: ReceivedBody) => Steps<unknown>;

/**
 * Handler parameter with the parsed input of the request. `parse`, a function of `libs/contract/src/requests`, reads
 * the raw query and, if it has a second parameter, the body. As in AgentOS, a 422 of `parse` precedes the access
 * checks.
 */
export function Input(parse: ParseQuery | ParseQueryAndBody): ParameterDecorator {
  return takesBody(parse) ? queryAndBody(parse) : queryOnly(parse);
}

/** True if `parse` has a second parameter, the body. */
function takesBody(parse: ParseQuery | ParseQueryAndBody): parse is ParseQueryAndBody {
  return parse.length === 2;
}

const queryOnly = createParamDecorator((parse: ParseQuery, context: ExecutionContext) => {
  return parse(rawQueryOf(requestOf(context).url));
});

/** Parses large bodies in time slices, so that they do not block other requests. Nest awaits a promise. */
const queryAndBody = createParamDecorator((parse: ParseQueryAndBody, context: ExecutionContext) => {
  const request = requestOf(context);
  return cooperative(parse(rawQueryOf(request.url), takeBody(request)));
});

/** Handler parameter with the condition of the request's `If-Match`; undefined without the header. */
export const IfMatchHeader = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parseIfMatch(requestOf(context).headers['if-match']),
);

/** Handler parameter with the id of the session that the request names. */
export const SessionId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { params, url } = requestOf(context) as FastifyRequest<{ Params: { session_id: string } }>;
  return sessionIdOf(params.session_id, rawQueryOf(url));
});

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest();
}

/** Detaches the body from its request, so that its memory is freed before the response is sent. */
function takeBody(request: FastifyRequest): ReceivedBody {
  const { body, contentType, server } = request;
  request.body = undefined;
  const bytes = body instanceof Uint8Array ? body : undefined;
  return { bytes, contentType, limitBytes: server.initialConfig.bodyLimit ?? Number.POSITIVE_INFINITY };
}
