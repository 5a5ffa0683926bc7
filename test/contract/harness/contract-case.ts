import type { ComparisonRules } from '@session-service/comparison';
import type { GivenSession } from './given-session.js';
import type { Step } from './send-step.js';

/** Storage layouts. `several` serves two seeded databases and an empty one; the others serve one database. */
export const LAYOUTS = ['v3', 'v2', 'v20', 'v22', 'mixed', 'several'] as const;
export type Layout = (typeof LAYOUTS)[number];
const ONE_DATABASE: readonly Layout[] = ['v3', 'v2', 'v20', 'v22', 'mixed'];

/**
 * Layouts with different tables. v22 is left out: only its seeded rows differ from v20, which does not affect cases
 * with given rows.
 */
const DISTINCT_TABLES = ONE_DATABASE.filter((layout) => layout !== 'v22');

/** Layouts without a runs table: v20 and v22 also have columns of type json instead of jsonb. */
export const COLUMN_LAYOUTS: readonly Layout[] = ['v2', 'v20', 'v22'];

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

/** Requests that are sent to both sides, and the rows to compare in addition to their responses. */
export interface ContractCase extends ComparisonRules {
  readonly route: Route;
  /** Name of the case, unique within the route. */
  readonly name: string;
  readonly layouts: readonly Layout[];
  /** Sessions that are inserted into both databases before the case and removed afterwards. */
  readonly given: readonly GivenSession[];
  /** Sent in this order. `{{0.session_id}}` in a path or body is replaced by that member of the first response. */
  readonly steps: readonly Step[];
  /** Ids of sessions whose rows and runs are compared after the requests. */
  readonly rowsOf: readonly string[];
  /** The database of `given` and `rowsOf` in the layout `several`. */
  readonly database?: string;
  /** Also compare the tables themselves: columns, constraints, indexes, version rows. */
  readonly tables?: boolean;
}

/** The optional members of a case, which have defaults. */
export type CaseDraft = Partial<Omit<ContractCase, 'route' | 'name' | 'steps'>>;

/**
 * Collects the cases of a route: `const { cases, add } = caseCollector('list')`. Compares rows of given sessions after
 * writes.
 */
export function caseCollector(route: Route) {
  const cases: ContractCase[] = [];
  const add = (name: string, steps: Step | readonly Step[], draft: CaseDraft = {}): void => {
    const all = Array.isArray(steps) ? (steps as readonly Step[]) : [steps as Step];
    const writes = all.some((step) => step.method !== 'GET' && step.method !== 'HEAD' && step.method !== 'OPTIONS');
    const given = draft.given ?? [];
    cases.push({
      layouts: !writes && given.length > 0 ? DISTINCT_TABLES : ONE_DATABASE,
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

/** A request with a JSON body. A string is sent unchanged, other values as JSON. */
export function send(method: string, path: string, body?: unknown): Step {
  if (body === undefined) return { method, path };
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  return { method, path, headers: { 'content-type': 'application/json' }, body: content };
}
