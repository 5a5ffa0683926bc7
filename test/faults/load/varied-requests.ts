import type { SeededRandom } from '../../support/seeded-random.js';
import type { HttpClient } from '../support/http-client.js';

/** A request that hardly anybody sends twice, and what it must be answered with. */
export interface VariedRequest {
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
  readonly status: number;
}

const ANY = 1_000_000_000;
const COLUMNS = ['created_at', 'updated_at', 'session_id', 'user_id', 'agent_id', 'session_type', 'metadata'];
const ORDERS = ['asc', 'desc'];
const TYPES = ['agent', 'team', 'workflow'];

/** Each asks for something that the service might remember: conditions, statements, names, paths, databases. */
const KINDS: readonly ((dice: SeededRandom, pages: number) => VariedRequest)[] = [
  (dice, pages) => ({ path: `/sessions?limit=20&page=${1 + dice.below(pages)}`, status: 200 }),
  (dice, pages) => ({ path: `/sessions?limit=20&page=${1 + dice.below(pages)}&${order(dice)}`, status: 200 }),
  (dice) => ({ path: `/sessions?user_id=u${dice.below(ANY)}&${order(dice)}`, status: 200 }),
  (dice) => ({ path: `/sessions?component_id=c${dice.below(ANY)}&type=${dice.pick(TYPES)}`, status: 200 }),
  (dice) => ({ path: `/sessions?session_name=n${dice.below(ANY)}&user_id=u${dice.below(ANY)}`, status: 200 }),
  (dice) => ({ path: `/sessions?sort_by=column${dice.below(ANY)}&limit=1`, status: 200 }),
  (dice) => ({ path: `/sessions?limit=0&user_id=u${dice.below(ANY)}`, status: 422 }),
  (dice) => ({ path: `/sessions?db_id=d${dice.below(ANY)}`, status: 404 }),
  (dice) => ({ path: `/sessions/s${dice.below(ANY)}`, status: 404 }),
  (dice) => ({ path: `/sessions/s${dice.below(ANY)}/runs/r${dice.below(ANY)}`, status: 404 }),
  (dice) => ({ path: `/p${dice.below(ANY)}`, status: 404 }),
  (dice) => ({ path: '/sessions', method: 'POST', body: { runs: `r${dice.below(ANY)}` }, status: 422 }),
  (dice) => ({ path: `/sessions/s${dice.below(ANY)}`, method: 'PATCH', body: { session_name: 'n' }, status: 404 }),
];

/**
 * Asks one such request. Resolves with a sentence where the answer is another one than it must be.
 *
 * @param pages of 20 sessions that there are
 */
export async function sendVariedRequest(
  http: HttpClient,
  dice: SeededRandom,
  pages: number,
): Promise<string | undefined> {
  const { path, method = 'GET', body, status } = dice.pick(KINDS)(dice, pages);
  const answer = await http.ask(method, path, body);
  return answer.status === status ? undefined : `${method} ${path} was answered ${answer.status}, not ${status}`;
}

function order(dice: SeededRandom): string {
  return `sort_by=${dice.pick(COLUMNS)}&sort_order=${dice.pick(ORDERS)}`;
}
