import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to bytes, whichever way they go. */
export type NetworkCondition =
  | { readonly kind: 'pass' }
  /** Each piece arrives so many milliseconds later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** So many bytes a millisecond. */
  | { readonly kind: 'trickle'; readonly bytes: number }
  /** Nothing arrives until the weather changes; then everything does, as after a network froze. */
  | { readonly kind: 'stall' }
  /** Bytes vanish, and connections are taken that nobody ever answers. */
  | { readonly kind: 'swallow' };

/** A network between a client and a server on this machine that fails as networks do. */
export class TcpProxy {
  private weather: NetworkCondition = { kind: 'pass' };
  private fatal: string | undefined;
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

  set(weather: NetworkCondition): void {
    this.weather = weather;
    this.changed.dispatchEvent(new Event('change'));
  }

  /** Ends every connection with a reset. New ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /**
   * Connections so far are dead from now on and nobody is told: what a firewall does that forgets them. New ones are
   * taken. The server's end goes when the client gives up, as its own keep-alive would have it in time.
   */
  forgetConnections(): void {
    this.sockets.forEach(forget);
  }

  /** Forgets the next connection over which a client sends this: the server gets it, and its answer is lost. */
  async forgetAt(text: string): Promise<void> {
    this.fatal = text;
    await once(this.changed, 'forgotten');
  }

  /** Cuts every connection, and refuses new ones until `listen`. */
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
      if (this.fatal === undefined || !bytes.includes(this.fatal)) return;
      this.fatal = undefined;
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
    const { weather } = this;
    switch (weather.kind) {
      case 'pass':
        return send(bytes, to);
      case 'delay':
        await sleep(weather.ms);
        return send(bytes, to);
      case 'trickle':
        return this.trickle(bytes, to, weather);
      case 'stall':
        await once(this.changed, 'change');
        return this.deliver(bytes, to);
      case 'swallow':
    }
  }

  private async trickle(bytes: Buffer, to: Socket, weather: NetworkCondition & { kind: 'trickle' }): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && this.weather === weather) {
      await sleep(1);
      await send(rest.subarray(0, weather.bytes), to);
      rest = rest.subarray(weather.bytes);
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
