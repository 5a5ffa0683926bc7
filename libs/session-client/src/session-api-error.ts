/** One rejected value of a request, in FastAPI's format. */
export interface ValidationIssue {
  readonly type: string;
  /** Path of the value: `body`, `query` or `path`, then names and indexes. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input?: unknown;
}

/** A response that is neither 2xx nor 304. */
export class SessionApiError extends Error {
  override readonly name = 'SessionApiError';
  readonly status: number;
  /** The reason that the server gives. */
  readonly detail: string;
  /** The rejected values, if the status is 422. */
  readonly issues: readonly ValidationIssue[];
  /** `X-Request-ID`, which is also in the log of the service. */
  readonly requestId: string | undefined;
  /** `Retry-After` in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(request: Request, response: Response, body: unknown) {
    const issues = issuesOf(body);
    const detail = detailOf(body, issues) ?? response.statusText;
    super(`${title(request)} responded ${response.status}: ${detail}`);
    this.status = response.status;
    this.detail = detail;
    this.issues = issues;
    this.requestId = response.headers.get('x-request-id') ?? undefined;
    this.retryAfterMs = retryAfterOf(response);
  }

  /** Reads the body of an error response. */
  static async of(request: Request, response: Response): Promise<SessionApiError> {
    const text = await response.text();
    return new SessionApiError(request, response, parsed(text));
  }
}

/** No complete response: the server could not be reached, or the connection was lost. A write may have been applied. */
export class SessionConnectionError extends Error {
  override readonly name = 'SessionConnectionError';

  constructor(request: Request, cause: unknown) {
    super(`${title(request)} got no complete response`, { cause });
  }
}

/** `Retry-After` in milliseconds: seconds, or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get('retry-after') ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Without the query, which may contain ids of users. */
function title(request: Request): string {
  return `${request.method} ${new URL(request.url).pathname}`;
}

function detailOf(body: unknown, issues: readonly ValidationIssue[]): string | undefined {
  if (issues.length > 0) return issues.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ');
  const { detail } = (body ?? {}) as { detail?: unknown };
  return typeof detail === 'string' ? detail : undefined;
}

function issuesOf(body: unknown): readonly ValidationIssue[] {
  const { detail } = (body ?? {}) as { detail?: unknown };
  return Array.isArray(detail) ? (detail as ValidationIssue[]) : [];
}

/** The JSON value of a body; undefined if it is no JSON, such as the HTML of a proxy's error page. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
