import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes of a rejected body, beyond those that arrived before the response, that are read and discarded. */
const MAX_DISCARDED_BYTES = 128 * 2 ** 20;
/** Time limits in milliseconds until the connection is closed: in total, and without a byte from the client. */
const MAX_MS = 30_000;
const MAX_IDLE_MS = 5_000;

const lingering = new WeakMap<Socket, LingeringClose>();

/**
 * Call before responding to a request whose body may still be arriving. If the connection must close after the response,
 * the rest of the body is read and discarded first: a connection that closes with unread input is reset, and a client
 * that reads only after it has written its body would lose the response (RFC 9112, section 9.6).
 */
export function discardBodyBeforeClose(request: IncomingMessage): void {
  const { socket } = request;
  const present = lingering.get(socket);
  if (present === undefined) lingering.set(socket, new LingeringClose(socket, request));
  else present.request = request;
}

/** Replaces `socket.destroySoon`, which Node calls after the last response of a connection. */
class LingeringClose {
  private timer: NodeJS.Timeout | undefined;
  private maxBytesRead = 0;

  /** @param request the latest request of the connection */
  constructor(
    private readonly socket: Socket,
    public request: IncomingMessage,
  ) {
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => {
      if (this.request.complete || socket.destroyed) destroySoon();
      else this.start();
    };
  }

  private start(): void {
    const { socket } = this;
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => socket.destroy(), MAX_MS).unref();
    this.maxBytesRead = socket.bytesRead + MAX_DISCARDED_BYTES;
    // Node's HTTP server destroys a socket that times out.
    socket.setTimeout(MAX_IDLE_MS);
    socket.once('close', () => clearTimeout(this.timer));
    this.request.resume();
    socket.resume().end();
    // A body that no code has read is paused, and Node resumes it only while the socket has no listener of ours:
    // https://github.com/nodejs/node/blob/v24.x/lib/_http_server.js (`unconsume`)
    setImmediate(() => {
      this.closeAtEnd();
      socket.on('data', this.closeAtEnd);
    });
  }

  /** Called after Node's parser has read a chunk. */
  private readonly closeAtEnd = (): void => {
    if (this.request.complete || this.socket.bytesRead > this.maxBytesRead) this.socket.destroy();
  };
}
