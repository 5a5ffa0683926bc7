import type { ComparisonRules } from '@agno/comparison';
import type { MirrorRequest } from '../requests/mirror-request.js';
import { queryParameters, routeOf } from '../requests/target.js';

const NO_RULES: ComparisonRules = {};
/** Columns that a listed session shows, so that it can be seen which ones tie. */
const LISTED_COLUMNS = new Set(['created_at', 'user_id', 'agent_id', 'team_id', 'workflow_id', 'session_type']);

/** What of the answers to a request may differ by chance: AgentOS sorts lists without a tie breaker. */
export function comparisonRulesFor({ target }: MirrorRequest): ComparisonRules {
  const route = routeOf(target);
  if (route === '/health') return { processDates: ['instantiated_at'] };
  if (route !== '/sessions') return NO_RULES;
  const column = queryParameters(target).get('sort_by') ?? 'created_at';
  if (column === 'session_id') return NO_RULES;
  if (column === 'updated_at') return { rankedBy: ['updated_at', 'created_at'] };
  return { rankedBy: LISTED_COLUMNS.has(column) ? [column] : [] };
}
