/**
 * A result that is read in portions. Inside a transaction a portal outlives the Sync behind each portion, so that between
 * portions the server waits for a command, and can be cancelled. A server that is blocked while it sends cannot.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export class Portal {
  isBound = false;
  /** The last row has been sent. */
  isOver = false;
  /** Limit of the next portion. */
  maxRows = 1;
  /** Stops reading the connection while a portion is on its way, or goes on; the server is blocked meanwhile. */
  pause: (isPaused: boolean) => void = () => undefined;
}
