import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

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
  /** Responds instead of `echo` until it is unset. */
  handler: Handler | undefined;
  readonly received: ReceivedRequest[] = [];
  connections = 0;

  private constructor(
    readonly name: string,
    readonly server: Server,
    readonly port: number,
  ) {}

  static async start(name: string, port = 0): Promise<Upstream> {
    const server = createServer({ maxHeaderSize: 262_144 }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const upstream = new Upstream(name, server, (server.address() as AddressInfo).port);
    server.on('connection', () => upstream.connections++);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      upstream.received.push(upstream.describe(request));
      (upstream.handler ?? upstream.echo)(request, response);
    });
    return upstream;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Stops listening and closes all connections. */
  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server, 'close');
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
