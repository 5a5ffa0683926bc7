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

/** Which of several processes take requests: those whose `/readyz` answered 200 the last time, in turns. */
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

/** Something that takes what clients send at one address and hands it to processes that come and go. */
export interface LoadBalancer {
  readonly baseUrl: string;
  /** Resolves when it has been asked whether it is ready, as it is again and again. */
  add(baseUrl: string): Promise<void>;
  remove(baseUrl: string): void;
  stop(): void;
}

/**
 * What an ingress is: it reads requests and hands each to the next process, over connections that it keeps. What gets no
 * answer is answered 502 and never sent a second time.
 */
export async function startHttpLoadBalancer(): Promise<LoadBalancer> {
  const backends = new Backends();
  const agent = new Agent({ keepAlive: true });
  const server = createServer((asked, answer) => {
    const target = backends.next();
    if (target === undefined) answer.writeHead(503).end();
    else handOn(asked, answer, target, agent);
  });
  return balancerOf(server, backends, () => {
    agent.destroy();
    server.closeAllConnections();
  });
}

/** What a Service of Kubernetes is: it sees connections only, and those that are open stay where they are. */
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

function handOn(asked: IncomingMessage, answer: ServerResponse, target: URL, agent: Agent): void {
  const sent = request(new URL(asked.url ?? '/', target), {
    method: asked.method,
    headers: endToEnd(asked.headers),
    agent,
  });
  sent.on('response', (got) => {
    answer.writeHead(got.statusCode ?? 502, endToEnd(got.headers));
    got.on('error', () => answer.destroy());
    got.pipe(answer);
  });
  sent.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502).end();
  });
  asked.pipe(sent);
}

/** Without what concerns one connection only. */
function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...others } = headers;
  return others;
}
