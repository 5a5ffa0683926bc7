import { Client, type ClientConfig } from 'pg';

/**
 * A connection whose death never ends the process, whoever holds it: the statement that runs, or the next, fails instead.
 * The pool's own listener and that of a holder leave a gap: a server that ends a connection in the same breath in which
 * it says that it is ready is heard by neither.
 */
export class WatchedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
