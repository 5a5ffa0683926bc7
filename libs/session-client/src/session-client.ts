import createClient, {
  type Client,
  type ClientPathsWithMethod,
  type MaybeOptionalInit,
  type MethodResponse,
} from 'openapi-fetch';
import type { components, operations, paths } from './api-types.generated.js';
import { cursorPages, type Pages } from './cursor-pages.js';
import { type Fetch, type RetryOptions, retryingFetch } from './retrying-fetch.js';
import { SessionApiError } from './session-api-error.js';

/** Settings of a client. */
export interface SessionClientOptions {
  /** Address of the service or of its gateway, without a path of the API; empty in a page of the same origin. */
  readonly baseUrl: string;
  /** Bearer token, or a function that is called for each request and returns a current one. */
  readonly token?: string | (() => string | Promise<string>);
  /** Further headers of all requests. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `include` sends cookies to another origin. */
  readonly credentials?: RequestInit['credentials'];
  /** By default four attempts, with at most 10 s between them. */
  readonly retry?: RetryOptions;
  /** Replaces the global `fetch`, for example to use a proxy. */
  readonly fetch?: Fetch;
}

/** Options of one call, which may consist of several requests. */
export interface CallOptions {
  /** Aborts requests, and the delays between them. */
  readonly signal?: AbortSignal;
}

type Schemas = components['schemas'];
type Query<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

/** Filters by a member of the metadata, for example `'metadata.ticket': '7'`. */
export type MetadataFilters = { readonly [name: `metadata.${string}`]: string | readonly string[] };

/** An item of a list of sessions. */
export type Session = Schemas['SessionSchema'];

/** A session in the schema of its type: agent, team or workflow. */
export type SessionDetail =
  | Schemas['AgentSessionDetailSchema']
  | Schemas['TeamSessionDetailSchema']
  | Schemas['WorkflowSessionDetailSchema'];

/** The stored values of a session that clients can change. */
export type EditableSession = Schemas['EditableSessionSchema'];

/** A run in the schema of its kind. */
export type Run = Schemas['RunSchema'] | Schemas['TeamRunSchema'] | Schemas['WorkflowRunSchema'];

/** A run in short form. */
export type RunPreview = Schemas['SessionRunPreviewSchema'];

/** Filters and order of a list of sessions. */
export type SessionsQuery = Omit<Query<'get_sessions'>, 'page'> & MetadataFilters;

/** A filter of agno's `FilterExpr`, and the order of the sessions that it matches. */
export type Search = Omit<Schemas['SearchSessionsRequest'], 'page'>;

/** Further filters of a search. */
export type SearchQuery = Query<'search_sessions'> & MetadataFilters;

/** Filters and order of the runs of a session. */
export type RunsQuery = Omit<Query<'get_session_runs'>, 'page'>;

/** Filters and order of the previews of runs. */
export type RunPreviewsQuery = Omit<Query<'get_session_run_previews'>, 'page'>;

/** Filters and order of the messages of a session. */
export type MessagesQuery = Omit<Query<'get_session_messages'>, 'format'>;

/** A merge patch: members of `metadata` and `session_state` that it does not contain stay as they are. */
export type SessionChange = Schemas['UpdateSessionRequest'];

/** The messages of each `format`. */
export interface MessageFormats {
  readonly agno: Schemas['AgnoMessage'];
  /** `UIMessage` of the npm package `ai`. */
  readonly 'ai-sdk': Schemas['UIMessage'];
  /** `Message` of `@ag-ui/core`. */
  readonly 'ag-ui': Schemas['AgUiMessage'];
}

type Method = 'get' | 'post' | 'patch' | 'delete';

/** The body of a response; undefined if the operation has none. */
type Data<Body> = [Body] extends [never] ? undefined : Body;

/** Sends one operation of the API. Resolves with the body of its response. */
export type DataMethod<M extends Method> = <
  Path extends ClientPathsWithMethod<Client<paths>, M>,
  Init extends MaybeOptionalInit<paths[Path], M>,
>(
  path: Path,
  ...init: undefined extends Init ? [Init?] : [Init]
) => Promise<Data<MethodResponse<Client<paths>, M, Path, Init>>>;

/** Attempts of `changeSession`, each after a change by another client. */
const CHANGE_ATTEMPTS = 5;

/**
 * Client of the session service. Every method rejects with SessionApiError unless the status is 2xx, with
 * SessionConnectionError without a complete response, and with the signal's reason when it is aborted.
 */
export class SessionClient {
  /**
   * The typed client of all operations (https://openapi-ts.dev/openapi-fetch), for headers of responses and 304. Its
   * requests are repeated and rejected like those of the other methods.
   */
  readonly api: Client<paths>;
  readonly get: DataMethod<'get'>;
  readonly post: DataMethod<'post'>;
  readonly patch: DataMethod<'patch'>;
  readonly delete: DataMethod<'delete'>;

  constructor({ token, retry, fetch: send = (request) => fetch(request), ...options }: SessionClientOptions) {
    this.api = createClient<paths>({ ...options, querySerializer, pathSerializer, fetch: retryingFetch(send, retry) });
    this.api.use({
      onRequest: async ({ request, params }) => {
        const { session_id: id, ...others } = params.path ?? {};
        assertPathParameters(others);
        const value = typeof token === 'function' ? await token() : token;
        if (value !== undefined) request.headers.set('authorization', `Bearer ${value}`);
        return isIdInQuery(id) ? withParameter(request, 'id', String(id)) : undefined;
      },
      onResponse: async ({ request, response }) => {
        if (!response.ok && response.status !== 304) throw await SessionApiError.of(request, response);
      },
    });
    this.get = dataMethod<'get'>(this.api.GET);
    this.post = dataMethod<'post'>(this.api.POST);
    this.patch = dataMethod<'patch'>(this.api.PATCH);
    this.delete = dataMethod<'delete'>(this.api.DELETE);
  }

  /** All sessions that the filters match, by default the newest first. */
  sessions(query: SessionsQuery = {}, options: CallOptions = {}): Pages<Session> {
    return cursorPages(
      (cursor) => this.get('/sessions', { params: { query: { count: 'none', ...query, cursor } }, ...options }),
      query.cursor,
    );
  }

  /** All sessions that a filter of agno's `FilterExpr` matches. */
  search(search: Search, query: SearchQuery = {}, options: CallOptions = {}): Pages<Session> {
    return cursorPages(
      (cursor) =>
        this.post('/sessions/search', { params: { query }, body: { count: 'none', ...search, cursor }, ...options }),
      search.cursor,
    );
  }

  /** All runs of a session, by default the oldest first. */
  runs(sessionId: string, query: RunsQuery = {}, options: CallOptions = {}): Pages<Run> {
    const path = { session_id: sessionId };
    return cursorPages(
      (cursor) =>
        this.get('/sessions/{session_id}/runs', { params: { path, query: { ...query, cursor } }, ...options }),
      query.cursor,
    );
  }

  /** The runs in short form: ids, status, beginnings of input and content. */
  runPreviews(sessionId: string, query: RunPreviewsQuery = {}, options: CallOptions = {}): Pages<RunPreview> {
    const path = { session_id: sessionId };
    return cursorPages(
      (cursor) =>
        this.get('/sessions/{session_id}/run-previews', { params: { path, query: { ...query, cursor } }, ...options }),
      query.cursor,
    );
  }

  /** The conversation message by message, by default the newest first. */
  messages<Format extends keyof MessageFormats = 'agno'>(
    sessionId: string,
    query: MessagesQuery & { readonly format?: Format } = {},
    options: CallOptions = {},
  ): Pages<MessageFormats[Format]> {
    const path = { session_id: sessionId };
    return cursorPages(
      (cursor) =>
        this.get('/sessions/{session_id}/messages', { params: { path, query: { ...query, cursor } }, ...options }),
      query.cursor,
    );
  }

  /**
   * Changes a session only if it has not changed since it was read; else reads it again and calls `change` once more.
   *
   * @param change returns what to change in the current values, or undefined for nothing
   * @returns the changed session, or undefined if there was nothing to change
   */
  async changeSession(
    sessionId: string,
    change: (current: EditableSession) => SessionChange | undefined | Promise<SessionChange | undefined>,
    query: Query<'update_session'> = {},
    options: CallOptions = {},
  ): Promise<SessionDetail | undefined> {
    const path = { session_id: sessionId };
    for (let attempt = 1; ; attempt++) {
      const { data, response } = await this.api.GET('/sessions/{session_id}', {
        params: { path, query: { ...query, view: 'editable' } },
        ...options,
      });
      const etag = response.headers.get('etag');
      if (etag === null) throw new TypeError('The server responded without an ETag: it does not support view=editable');
      const body = await change(data as EditableSession);
      if (body === undefined) return undefined;
      try {
        return await this.patch('/sessions/{session_id}', {
          params: { path, query, header: { 'If-Match': etag } },
          headers: { 'content-type': 'application/merge-patch+json' },
          body,
          ...options,
        });
      } catch (error) {
        const hasChanged = error instanceof SessionApiError && error.status === 412;
        if (!hasChanged || attempt === CHANGE_ATTEMPTS) throw error;
      }
    }
  }
}

/** Other statuses than 2xx have been rejected, so that `data` is the body. */
function dataMethod<M extends Method>(send: (path: never, init: never) => Promise<{ data?: unknown }>): DataMethod<M> {
  return (async (path: never, init: never) => (await send(path, init)).data) as DataMethod<M>;
}

/** Encodes names too: those of metadata filters may contain any character. Arrays repeat their name. */
function querySerializer(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) parameters.append(name, String(item));
    }
  }
  return parameters.toString();
}

/** Session ids that a path cannot contain are in the query: docs/api-sessions.md#ids-that-a-path-cannot-contain. */
function pathSerializer(path: string, parameters: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    return name === 'session_id' && isIdInQuery(value) ? '-' : encodeURIComponent(String(value));
  });
}

/** True if requests have the id of a session in their query. Undefined: the path has none. */
export function isIdInQuery(id: unknown): boolean {
  return id !== undefined && (['', '.', '..', '-'].includes(String(id)) || String(id).includes('/'));
}

function withParameter(request: Request, name: string, value: string): Request {
  const url = new URL(request.url);
  url.searchParams.append(name, value);
  return new Request(url, request);
}

/** URLs cannot contain these segments, not even encoded: the request would go to another path. */
function assertPathParameters(parameters: Record<string, unknown> = {}): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (['', '.', '..'].includes(String(value))) throw new TypeError(`${name} must not be "${value}"`);
  }
}
