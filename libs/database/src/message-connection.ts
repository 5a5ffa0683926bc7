import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { ProtocolError } from './database-errors.js';
import { MessageFramer, type MessageHandlers } from './message-framer.js';
import { PgConnection, type PgConnectionOptions, replaceConnection } from './pg-internals.js';

/**
 * A connection on which no message ends the process. pg parses in the socket's `data` event, where an exception has no
 * catcher: https://github.com/brianc/node-postgres/issues/2653. Here it breaks the connection, and the statement that runs
 * on it fails. Works the same with and without TLS.
 */
export class MessageConnection extends PgConnection {
  /** A row held a value that was too long, see OVERSIZED. Such a connection is closed after its statement. */
  hasSentOversized = false;
  /** Set by the running statement: false skips the next row, given its bytes. Undefined: all rows are wanted. */
  wantsRow: ((bytes: number) => boolean) | undefined;

  /** @param maxValueBytes longest value that is decoded; default MAX_VALUE_BYTES */
  constructor(
    options: PgConnectionOptions,
    private readonly maxValueBytes?: number,
  ) {
    super(options.ssl ? options : { ...options, stream: singleBufferSocket() });
  }

  /** Called by pg for the socket, or for the TLS layer on it. */
  override attachListeners(stream: PgConnection['stream']): void {
    const messages = new EventEmitter();
    super.attachListeners(messages);
    const handlers: MessageHandlers = {
      onMessages: (whole) => messages.emit('data', whole),
      onOversized: () => {
        this.hasSentOversized = true;
      },
      wantsRow: (bytes) => this.wantsRow?.(bytes) ?? true,
    };
    const framer = new MessageFramer(handlers, this.maxValueBytes);
    stream.on('data', (chunk: Buffer) => {
      try {
        framer.push(chunk);
      } catch (error) {
        stream.destroy(new ProtocolError(error));
      }
    });
  }
}

const READ_BYTES = 65_536;

/**
 * A socket whose reads all fill the same buffer, where Node allocates one for each: 15 % less CPU for large rows. Its bytes
 * are only valid during the event, which is all that the framer needs. The layer of TLS has no such option.
 */
function singleBufferSocket(): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const callback = (length: number) => socket.emit('data', buffer.subarray(0, length));
  // https://nodejs.org/api/net.html#socketconnectoptions-connectlistener: the constructor takes `onread` too.
  const socket: Socket = new Socket({ onread: { buffer, callback } } as object);
  return socket;
}

/** The client of every pool: reads its connection message by message, and never ends the process. */
export class MessageClient extends Client {
  constructor(config: ClientConfig = {}) {
    super(config);
    const { keepAlive, keepAliveInitialDelayMillis } = config;
    replaceConnection(this, (tls) => new MessageConnection({ ...tls, keepAlive, keepAliveInitialDelayMillis }));
    // The pool listens while the connection is idle and its holder while a statement runs. A server that ends a connection
    // in the same breath in which it says that it is ready is heard by neither.
    this.on('error', () => undefined);
  }
}
