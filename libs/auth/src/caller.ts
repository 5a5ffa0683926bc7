/** Whoever makes a request, as far as sessions are concerned. */
export interface Caller {
  /** The owner of what the caller creates; undefined: the request says whose it is. */
  readonly userId: string | undefined;
  /** Kept to the sessions of `userId`, whatever the request asks for. */
  readonly isIsolated: boolean;
  /** The db_ids that the caller may reach; undefined: all. */
  readonly databaseIds: ReadonlySet<string> | undefined;
}

/** A caller of whom nothing is known and to whom everything is open. */
export const ANONYMOUS: Caller = { userId: undefined, isIsolated: false, databaseIds: undefined };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}
