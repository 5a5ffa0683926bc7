import type { FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY';
const PREFLIGHT_VARY =
  'Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network';

/** Cross-origin rules as AgentOS answers them: listed origins, credentials, any header. */
export class Cors {
  private readonly origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.origins = new Set(origins);
  }

  /** Sets the headers of an ordinary answer. */
  addHeaders(request: FastifyRequest, reply: FastifyReply): void {
    const { origin } = request.headers;
    reply.header('vary', 'Origin');
    if (origin === undefined) return;
    reply.header('access-control-allow-credentials', 'true').header('access-control-expose-headers', '*');
    if (this.origins.has(origin)) reply.header('access-control-allow-origin', origin);
  }

  /** Answers a preflight; false when the request is none. */
  respondToPreflight({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
    const wanted = headers['access-control-request-method'];
    if (method !== 'OPTIONS' || headers.origin === undefined || wanted === undefined) return false;
    const refused: string[] = [];
    reply
      .header('vary', PREFLIGHT_VARY)
      .header('access-control-allow-methods', METHODS)
      .header('access-control-max-age', '600')
      .header('access-control-allow-credentials', 'true')
      .header('content-type', 'text/plain; charset=utf-8');
    if (this.origins.has(headers.origin)) reply.header('access-control-allow-origin', headers.origin);
    else refused.push('origin');
    if (!METHODS.split(', ').includes(wanted)) refused.push('method');
    const asked = headers['access-control-request-headers'];
    if (asked !== undefined) reply.header('access-control-allow-headers', asked);
    if (headers['access-control-request-private-network'] !== undefined) refused.push('private-network');
    reply
      .code(refused.length === 0 ? 200 : 400)
      .send(refused.length === 0 ? 'OK' : `Disallowed CORS ${refused.join(', ')}`);
    return true;
  }
}
