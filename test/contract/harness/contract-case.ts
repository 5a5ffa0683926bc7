import type { ComparisonRules } from '@session-service/comparison';
import type { GivenSession } from './given-session.js';
import type { Step } from './send-step.js';

/** `several` serves two seeded databases and an empty one; the others serve one database of that layout. */
export const LAYOUTS = ['v3', 'v2', 'mixed', 'several'] as const;
export type Layout = (typeof LAYOUTS)[number];
const ONE_DATABASE: readonly Layout[] = ['v3', 'v2', 'mixed'];

export const ROUTES = [
  'list',
  'create',
  'delete-bulk',
  'detail',
  'patch',
  'delete',
  'rename',
  'runs',
  'run-previews',
  'single-run',
  'methods-and-paths',
  'bodies',
  'health',
  'databases',
] as const;
export type Route = (typeof ROUTES)[number];

/** Requests sent to both sides, and what is compared beside their answers. */
export interface ContractCase extends ComparisonRules {
  readonly route: Route;
  /** Unique within the route. */
  readonly name: string;
  readonly layouts: readonly Layout[];
  /** Sessions that both databases get before the case and lose after it. */
  readonly given: readonly GivenSession[];
  /** Sent one after the other. `{{0.session_id}}` in a path or body is a member of the first answer's object. */
  readonly steps: readonly Step[];
  /** Sessions whose rows, with their runs, are compared afterwards. */
  readonly rowsOf: readonly string[];
  /** The database that `given` and `rowsOf` mean; only where there are several. */
  readonly database?: string;
  /** Also compare the tables themselves: columns, constraints, indexes, version rows. */
  readonly tables?: boolean;
}

/** What a case file says of a case; the rest has defaults. */
export type CaseDraft = Partial<Omit<ContractCase, 'route' | 'name' | 'steps'>>;

/** Makes the cases of one route: `const add = casesOf('list', list)`. Rows of given sessions are compared after writes. */
export function caseCollector(route: Route) {
  const cases: ContractCase[] = [];
  const add = (name: string, steps: Step | readonly Step[], draft: CaseDraft = {}): void => {
    const all = Array.isArray(steps) ? (steps as readonly Step[]) : [steps as Step];
    const writes = all.some((step) => step.method !== 'GET' && step.method !== 'HEAD' && step.method !== 'OPTIONS');
    const given = draft.given ?? [];
    cases.push({
      layouts: ONE_DATABASE,
      rowsOf: writes ? given.map((session) => session.session_id) : [],
      ...draft,
      given,
      route,
      name,
      steps: all,
    });
  };
  return { cases, add };
}

export function get(path: string, headers?: Record<string, string>): Step {
  return headers === undefined ? { method: 'GET', path } : { method: 'GET', path, headers };
}

/** A request with a JSON body: a string is sent as it is, anything else as JSON. */
export function send(method: string, path: string, body?: unknown): Step {
  if (body === undefined) return { method, path };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method, path, headers: { 'content-type': 'application/json' }, body: text };
}
