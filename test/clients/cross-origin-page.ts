/** The origin at which agent-ui runs, which AgentOS and the service allow by default. */
const ORIGIN = 'http://localhost:3000';

const SIMPLE_METHODS = ['GET', 'HEAD', 'POST'];

/** A request of a script. A body is sent as a form, whose content type needs no preflight. */
interface PageRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
}

/** Sends requests like the scripts of a web page of another origin, and rejects where a browser would. */
export class CrossOriginPage {
  /** All requests, without preflights, as `GET /path`. */
  readonly requests: string[] = [];

  private readonly baseUrl: string;
  private readonly token: string | undefined;

  constructor(baseUrl: string, token?: string) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  /** Rejects unless the status is 2xx. */
  async send({ method = 'GET', path, form }: PageRequest): Promise<Response> {
    const title = `${method} ${path}`;
    this.requests.push(title);
    const headers: Record<string, string> = form === undefined ? { 'content-type': 'application/json' } : {};
    if (this.token !== undefined) headers['authorization'] = `Bearer ${this.token}`;
    const names = Object.keys(headers).sort();
    if (names.length > 0 || !SIMPLE_METHODS.includes(method)) await this.preflight(method, path, names);
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: { ...headers, origin: ORIGIN },
      ...(form === undefined ? {} : { body: formData(form) }),
    });
    requireAllowed(title, 'origin', ORIGIN, response.headers.get('access-control-allow-origin'));
    if (!response.ok) throw new Error(`${title} responded ${response.status}: ${await response.text()}`);
    return response;
  }

  private async preflight(method: string, path: string, headers: readonly string[]): Promise<void> {
    const title = `preflight of ${method} ${path}`;
    const response = await fetch(this.baseUrl + path, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': method,
        ...(headers.length > 0 ? { 'access-control-request-headers': headers.join(',') } : {}),
      },
    });
    if (!response.ok) throw new Error(`${title} responded ${response.status}`);
    requireAllowed(title, 'origin', ORIGIN, response.headers.get('access-control-allow-origin'));
    if (!SIMPLE_METHODS.includes(method))
      requireAllowed(title, 'method', method, response.headers.get('access-control-allow-methods'));
    for (const header of headers)
      requireAllowed(title, 'header', header, response.headers.get('access-control-allow-headers'));
  }
}

function formData(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

function requireAllowed(title: string, kind: string, value: string, allowed: string | null): void {
  const values = (allowed ?? '').split(',').map((item) => item.trim());
  if (!values.includes(value)) throw new Error(`${title}: the ${kind} ${value} is not allowed, only ${allowed}`);
}
