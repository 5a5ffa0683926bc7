import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { comparedHeaders, type TimedAnswer } from '@agno/comparison';
import { LIMITS } from '../limits.js';
import type { MirrorRequest } from '../requests/mirror-request.js';

export type SideName = 'python' | 'ours';

export type Reply = TimedAnswer;

/** A side did not answer, or not as HTTP. The message says why and names no address. */
export class NoReply extends Error {
  constructor(
    readonly side: SideName,
    reason: string,
  ) {
    super(reason);
  }
}

/** How a kept connection shows that the server had closed it. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

/** One of the two servers that are compared. */
export class Side {
  private readonly agent: HttpAgent;
  private readonly isSecure: boolean;

  constructor(
    readonly name: SideName,
    private readonly url: URL,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.isSecure = url.protocol === 'https:';
    this.agent = this.isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /**
   * The answer to a request; asked once more when a kept connection turns out to be closed.
   *
   * @throws NoReply
   */
  async ask(request: MirrorRequest): Promise<Reply> {
    try {
      return await this.askOnce(request);
    } catch (error) {
      if (!(error instanceof ClosedConnection)) throw this.noReply(error);
    }
    return this.askOnce(request).catch((error: unknown) => {
      throw this.noReply(error);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private askOnce({ method, target, headers, body }: MirrorRequest): Promise<Reply> {
    const { hostname, port, pathname } = this.url;
    const at = Date.now() / 1000;
    const since = performance.now();
    const sent: Record<string, string> = { ...headers, ...this.headers };
    if (body !== undefined) sent['content-length'] = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const outgoing = (this.isSecure ? httpsRequest : httpRequest)({
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        agent: this.agent,
        method,
        path: pathname.replace(/\/$/, '') + target,
        headers: sent,
        maxHeaderSize: 65_536,
      });
      const deadline = setTimeout(() => outgoing.destroy(new Error('timeout')), LIMITS.answerTimeoutMs);
      outgoing.on('close', () => clearTimeout(deadline));
      outgoing.on('error', (error) => {
        reject(outgoing.reusedSocket && CLOSED.has(codeOf(error)) ? new ClosedConnection(codeOf(error)) : error);
      });
      outgoing.on('response', (incoming) => {
        textOf(incoming).then((text) => {
          const milliseconds = performance.now() - since;
          resolve({ ...answerOf(incoming.statusCode, incoming.headers, text), at, milliseconds });
        }, reject);
      });
      outgoing.end(body);
    });
  }

  private noReply(error: unknown): NoReply {
    return new NoReply(this.name, codeOf(error) || (error instanceof Error ? error.message : String(error)));
  }
}

/** What is compared of an answer. */
export function answerOf(status: number | undefined, headers: IncomingHttpHeaders, body: string) {
  return { status: status ?? 0, headers: comparedHeaders(headers), body };
}

class ClosedConnection extends Error {}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LIMITS.answerBytes) throw new Error(`an answer beyond ${LIMITS.answerBytes / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
