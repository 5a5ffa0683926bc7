import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';

const PROBE_INTERVAL_MS = 200;

/** Rotates among the processes whose last `/readyz` returned 200. */
class Backends {
  private readonly ready = new Map<string, boolean>();
  private readonly probing = setInterval(() => this.probeAll(), PROBE_INTERVAL_MS);
  private turn = 0;

  async add(baseUrl: string): Promise<void> {
    this.ready.set(baseUrl, false);
    await this.probe(baseUrl);
  }

  remove(baseUrl: string): void {
    this.ready.delete(baseUrl);
  }

  next(): URL | undefined {
    const ready = [...this.ready].filter(([, isReady]) => isReady);
    const [baseUrl] = ready[this.turn++ % ready.length] ?? [];
    return baseUrl === undefined ? undefined : new URL(baseUrl);
  }

  stop(): void {
    clearInterval(this.probing);
  }

  private probeAll(): void {
    for (const baseUrl of this.ready.keys()) this.probe(baseUrl);
  }

  private async probe(baseUrl: string): Promise<void> {
    const isReady = await fetch(`${baseUrl}/readyz`, { headers: { connection: 'close' } }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (this.ready.has(baseUrl)) this.ready.set(baseUrl, isReady);
  }
}

/** Distributes requests or connections of one address to processes that come and go. */
export interface LoadBalancer {
  readonly baseUrl: string;
  /** Adds a process. Resolves after its first readiness probe; further probes follow. */
  add(baseUrl: string): Promise<void>;
  remove(baseUrl: string): void;
  stop(): void;
}

/**
 * Behaves like an ingress: forwards each request to the next process over keep-alive connections. Responds 502 when
 * there is no response, and never retries.
 */
export async function startHttpLoadBalancer(): Promise<LoadBalancer> {
  const backends = new Backends();
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const target = backends.next();
    if (target === undefined) outgoing.writeHead(503).end();
    else forward(incoming, outgoing, target, agent);
  });
  return balancerOf(server, backends, () => {
    agent.destroy();
    server.closeAllConnections();
  });
}

/** Behaves like a Kubernetes Service: balances connections only, and keeps open connections on their process. */
export async function startTcpLoadBalancer(): Promise<LoadBalancer> {
  const backends = new Backends();
  const server = createTcpServer({ allowHalfOpen: true }, (client) => {
    const target = backends.next();
    if (target === undefined) client.resetAndDestroy();
    else join(client, target);
  });
  return balancerOf(server, backends, () => undefined);
}

async function balancerOf(server: Server | TcpServer, backends: Backends, cut: () => void): Promise<LoadBalancer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (baseUrl) => backends.add(baseUrl),
    remove: (baseUrl) => backends.remove(baseUrl),
    stop: () => {
      backends.stop();
      server.close();
      cut();
    },
  };
}

function join(client: Socket, { hostname: host, port }: URL): void {
  const backend = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  client.setNoDelay(true);
  client.on('error', () => backend.destroy());
  backend.on('error', () => client.resetAndDestroy());
  client.pipe(backend).pipe(client);
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, target: URL, agent: Agent): void {
  const forwarded = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method,
    headers: endToEnd(incoming.headers),
    agent,
  });
  forwarded.on('response', (response) => {
    outgoing.writeHead(response.statusCode ?? 502, endToEnd(response.headers));
    response.on('error', () => outgoing.destroy());
    response.pipe(outgoing);
  });
  forwarded.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  incoming.pipe(forwarded);
}

/** Removes headers that concern only one connection. */
function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...others } = headers;
  return others;
}
