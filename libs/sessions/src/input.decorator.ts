import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ReceivedBody } from '@session-service/contract';
import { rawQueryOf } from '@session-service/http';
import { cooperative, type Steps } from '@session-service/json';
import type { FastifyRequest } from 'fastify';

type ParseQuery = (rawQuery: string) => unknown;
type ParseQueryAndBody = (rawQuery: string, body: ReceivedBody) => Steps<unknown>;

/**
 * Handler parameter that holds the request's input, as parsed by a function of `libs/contract/src/requests`: from the raw query,
 * and from the body if the function takes one. All of its 422 issues come before `db_id` and access are checked, as in AgentOS.
 */
export function Input(parse: ParseQuery | ParseQueryAndBody): ParameterDecorator {
  return takesBody(parse) ? queryAndBody(parse) : queryOnly(parse);
}

/** Told by the number of its parameters, once per route. */
function takesBody(parse: ParseQuery | ParseQueryAndBody): parse is ParseQueryAndBody {
  return parse.length === 2;
}

const queryOnly = createParamDecorator((parse: ParseQuery, context: ExecutionContext) => {
  return parse(rawQueryOf(requestOf(context).url));
});

/** Nest awaits the promise. Large bodies are parsed in time slices, so that they do not block other requests. */
const queryAndBody = createParamDecorator((parse: ParseQueryAndBody, context: ExecutionContext) => {
  const request = requestOf(context);
  return cooperative(parse(rawQueryOf(request.url), takeBody(request)));
});

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest();
}

/** Detaches the body from its request, which lives until the response is sent: the body's memory is no longer needed then. */
function takeBody(request: FastifyRequest): ReceivedBody {
  const { body, contentType, server } = request;
  request.body = undefined;
  const bytes = body instanceof Uint8Array ? body : undefined;
  return { bytes, contentType, limitBytes: server.initialConfig.bodyLimit ?? Number.POSITIVE_INFINITY };
}
