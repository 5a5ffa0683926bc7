import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Treatment of the bytes that pass through the proxy, in both directions. */
export type NetworkCondition =
  | { readonly kind: 'pass' }
  /** Each chunk arrives `ms` milliseconds later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Delivers `bytes` bytes per millisecond. */
  | { readonly kind: 'trickle'; readonly bytes: number }
  /** Nothing arrives until the condition changes; then everything does, as when a frozen network recovers. */
  | { readonly kind: 'stall' }
  /** All bytes are dropped. New connections are accepted but get no response. */
  | { readonly kind: 'swallow' };

/** A TCP proxy between a client and a server on this machine that simulates network failures. */
export class TcpProxy {
  private condition: NetworkCondition = { kind: 'pass' };
  private trigger: string | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly changed = new EventTarget();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    /** Port of the server that new connections go to. */
    public target: number,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async to(target: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, (server.address() as AddressInfo).port, target);
  }

  set(condition: NetworkCondition): void {
    this.condition = condition;
    this.changed.dispatchEvent(new Event('change'));
  }

  /** Resets every connection. New connections are accepted. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /**
   * Silently drops all bytes of existing connections, like a firewall that lost their state. New connections are
   * accepted. The server's side closes when the client gives up, as its TCP keep-alive would do eventually.
   */
  forgetConnections(): void {
    this.sockets.forEach(forget);
  }

  /** Drops, like `forgetConnections`, the next connection that sends `text`; only the response is lost. */
  async forgetAt(text: string): Promise<void> {
    this.trigger = text;
    await once(this.changed, 'forgotten');
  }

  /** Resets every connection and refuses new ones until `listen`. */
  refuse(): void {
    this.server.close();
    this.cut();
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  close(): void {
    if (this.server.listening) this.refuse();
  }

  private join(client: Socket): void {
    const server = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true });
    client.on('data', (bytes) => {
      if (this.trigger === undefined || !bytes.includes(this.trigger)) return;
      this.trigger = undefined;
      [client, server].forEach(forget);
      this.changed.dispatchEvent(new Event('forgotten'));
    });
    this.carry(client, server);
    this.carry(server, client);
    client.resume();
  }

  private carry(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('data', (bytes) => {
      from.pause();
      this.deliver(bytes, to).then(() => from.resume());
    });
    from.on('end', () => to.end());
    from.on('close', (hadError) => {
      this.sockets.delete(from);
      if (hadError) to.resetAndDestroy();
      else to.destroy();
    });
  }

  private async deliver(bytes: Buffer, to: Socket): Promise<void> {
    const { condition } = this;
    switch (condition.kind) {
      case 'pass':
        return send(bytes, to);
      case 'delay':
        await sleep(condition.ms);
        return send(bytes, to);
      case 'trickle':
        return this.trickle(bytes, to, condition);
      case 'stall':
        await once(this.changed, 'change');
        return this.deliver(bytes, to);
      case 'swallow':
    }
  }

  private async trickle(bytes: Buffer, to: Socket, condition: NetworkCondition & { kind: 'trickle' }): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && this.condition === condition) {
      await sleep(1);
      await send(rest.subarray(0, condition.bytes), to);
      rest = rest.subarray(condition.bytes);
    }
    if (rest.length > 0) await this.deliver(rest, to);
  }
}

function forget(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.removeAllListeners('end');
  socket.on('end', () => socket.destroy());
  socket.resume();
}

async function send(bytes: Buffer, to: Socket): Promise<void> {
  if (to.destroyed || to.write(bytes)) return;
  await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
}
