import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Controls the replies that one call of `hold` delays. */
interface Hold {
  /** True when the proxy is delaying at least one reply. */
  isHolding(): boolean;
  /** Forwards the delayed replies and delays no further ones. */
  release(): void;
}

type Match = (lastRequest: Buffer, reply: Buffer) => boolean;

/** A proxy between a client and a server on this machine that delays selected replies. */
export class HoldingProxy {
  private readonly holds = new Set<{ matches: Match; keep: (pass: () => void) => void }>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly port: number,
    readonly close: () => void,
  ) {}

  static async to(target: number): Promise<HoldingProxy> {
    const server = createServer((client) => proxy.join(client, target)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new HoldingProxy((server.address() as AddressInfo).port, () => {
      server.close();
      for (const socket of proxy.sockets) socket.destroy();
    });
    return proxy;
  }

  /** Delays the replies for which `matches` returns true, until `release` is called. */
  hold(matches: Match): Hold {
    const kept: (() => void)[] = [];
    const hold = { matches, keep: (pass: () => void) => kept.push(pass) };
    this.holds.add(hold);
    return {
      isHolding: () => kept.length > 0,
      release: () => {
        this.holds.delete(hold);
        for (const pass of kept.splice(0)) pass();
      },
    };
  }

  private join(client: Socket, target: number): void {
    const server = connect(target, '127.0.0.1');
    let lastRequest = Buffer.alloc(0);
    client.on('data', (bytes) => {
      lastRequest = bytes;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      const hold = [...this.holds].find(({ matches }) => matches(lastRequest, bytes));
      const pass = () => client.write(bytes);
      if (hold === undefined) pass();
      else hold.keep(pass);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
