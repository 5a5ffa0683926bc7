import { EventEmitter } from 'node:events';
import { ProtocolFailure } from './database-errors.js';
import { MessageFramer } from './message-framer.js';
import { PgConnection, type PgConnectionOptions } from './pg-internals.js';

/**
 * A connection on which no message ends the process. pg parses in the socket's `data` event, where an exception has no
 * catcher: https://github.com/brianc/node-postgres/issues/2653. Here it breaks the connection, and the statement that runs
 * on it fails. Works the same with and without TLS.
 */
export class MessageConnection extends PgConnection {
  /** A row held a value that was too long, see OVERSIZED. Such a connection is closed after its statement. */
  hasSentOversized = false;

  /** @param maxValueBytes longest value that is decoded; default MAX_VALUE_BYTES */
  constructor(
    options: PgConnectionOptions,
    private readonly maxValueBytes?: number,
  ) {
    super(options);
  }

  /** Called by pg for the socket, or for the TLS layer on it. */
  override attachListeners(stream: PgConnection['stream']): void {
    const messages = new EventEmitter();
    super.attachListeners(messages);
    const framer = new MessageFramer(
      (whole) => messages.emit('data', whole),
      () => {
        this.hasSentOversized = true;
      },
      this.maxValueBytes,
    );
    stream.on('data', (chunk: Buffer) => {
      try {
        framer.push(chunk);
      } catch (error) {
        stream.destroy(new ProtocolFailure(error));
      }
    });
  }
}
