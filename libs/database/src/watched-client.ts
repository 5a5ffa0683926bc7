import { Client, type ClientConfig } from 'pg';
import { MessageConnection } from './message-connection.js';
import { replaceConnection } from './pg-internals.js';

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
