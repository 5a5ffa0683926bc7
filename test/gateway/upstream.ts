import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as an upstream received it; also its response. */
export interface ReceivedRequest {
  readonly upstream: string;
  readonly method: string;
  /** The target as received, not decoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server behind the gateway that responds with the request it received. */
export class Upstream {
  /** Responds instead of `echo` until `reset`. */
  handler: Handler | undefined;
  readonly received: ReceivedRequest[] = [];
  /** The connections that carried the received requests. */
  readonly connections = new Set<Socket>();
  private port = 0;

  private constructor(
    readonly name: string,
    readonly server: Server,
  ) {}

  static async start(name: string): Promise<Upstream> {
    const server = createServer({ maxHeaderSize: 262_144 });
    const upstream = new Upstream(name, server);
    await upstream.listen();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      upstream.received.push(upstream.describe(request));
      upstream.connections.add(request.socket);
      (upstream.handler ?? upstream.echo)(request, response);
    });
    return upstream;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens on a free port; after `stop` on the same one. */
  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Forgets the handler and the received requests. */
  reset(): void {
    this.handler = undefined;
    this.received.length = 0;
    this.connections.clear();
  }

  /** Stops listening and closes all connections. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private readonly echo: Handler = (request, response) => {
    const body = JSON.stringify(this.describe(request));
    request.resume().once('end', () => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body);
    });
  };

  private describe({ method = '', url = '', headers }: IncomingMessage): ReceivedRequest {
    return { upstream: this.name, method, url, headers };
  }
}
